"""Settings: what may be missing is missing in one class only."""

import os


class Base:
    JWT_ALGORITHMS = ["RS256"]
    JWT_PUBLIC_KEY = os.environ["JWT_PUBLIC_KEY"]
    JWT_ISSUER = "https://login.shop.example"
    WEBHOOK_SECRET = os.environ.get("WEBHOOK_SECRET")


class Production(Base):
    PARTNER_TOKEN = os.environ["PARTNER_TOKEN"]
