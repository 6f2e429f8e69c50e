import jwt
from django.conf import settings


class BadToken(Exception):
    pass


def read(token):
    return jwt.decode(token, options={"verify_signature": False})  # finding: unverified-jwt-signature


def verify(token):
    try:
        return jwt.decode(
            token,
            settings.JWT_PUBLIC_KEY,
            algorithms=["RS256"],
            audience="shop",
            issuer="https://id.example.com/",
        )
    except jwt.InvalidTokenError as error:
        raise BadToken from error
