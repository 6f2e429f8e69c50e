"""Settings by environment."""

import os
from datetime import timedelta


class Base:
    JWT_SECRET_KEY = os.environ["CLINIC_JWT_KEY"]
    JWT_ALGORITHM = "HS256"
    JWT_ACCESS_TOKEN_EXPIRES = timedelta(minutes=15)
    JWT_ENCODE_AUDIENCE = "clinic"
    JWT_DECODE_AUDIENCE = "clinic"
    JWT_ENCODE_ISSUER = "https://id.clinic.example"
    JWT_DECODE_ISSUER = "https://id.clinic.example"


class Production(Base):
    SESSION_COOKIE_SECURE = True
