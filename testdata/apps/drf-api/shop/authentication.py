"""Who calls, for the views that do not take the usual tokens."""

from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed

from . import tokens


class Service:
    is_authenticated = True

    def __init__(self, name):
        self.name = name


class HeaderAuthentication(BaseAuthentication):
    """Takes every bearer for one of ours."""

    def authenticate(self, request):  # finding: presence-only-check
        parts = get_authorization_header(request).split()
        if not parts or parts[0].lower() != b"bearer":
            return None
        return Service("service"), parts[-1]


class RawClaimsAuthentication(BaseAuthentication):
    def authenticate(self, request):
        token = bearer(request)
        if token is None:
            return None
        claims = tokens.read(token)
        return Service(claims["sub"]), claims


class CheckedAuthentication(BaseAuthentication):
    def authenticate(self, request):
        token = bearer(request)
        if token is None:
            return None
        try:
            claims = tokens.verify(token)
        except tokens.BadToken as error:
            raise AuthenticationFailed("bad token") from error
        return Service(claims["sub"]), claims


def bearer(request):
    header = request.headers.get("Authorization", "")
    scheme, _, token = header.partition(" ")
    return token if scheme.lower() == "bearer" else None
