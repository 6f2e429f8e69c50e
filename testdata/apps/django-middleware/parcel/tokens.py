import jwt
from django.conf import settings


def presented(request):
    scheme, _, token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    return token if scheme.lower() == "bearer" else ""


def read(token):
    return jwt.decode(token, options={"verify_signature": False})  # finding: unverified-jwt-signature


def verified(token):
    try:
        return jwt.decode(
            token,
            settings.JWT_PUBLIC_KEY,
            algorithms=["RS256"],
            audience="parcel",
            issuer="https://id.example.com/",
        )
    except jwt.InvalidTokenError:
        return None
