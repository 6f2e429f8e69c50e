"""Who the caller is: dependencies that routers and routes ask for."""

from hmac import compare_digest
from typing import Annotated

import jwt
from fastapi import Depends, Header, HTTPException, Security, status
from fastapi.security import APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer, OAuth2PasswordBearer, SecurityScopes

from .settings import Settings, get_settings

bearer = HTTPBearer(auto_error=False)
oauth2 = OAuth2PasswordBearer(tokenUrl="https://id.example/token")
partner_key = APIKeyHeader(name="X-Partner-Key", auto_error=False)

Config = Annotated[Settings, Depends(get_settings)]


def read_claims(token: str, settings: Settings) -> dict:
    return jwt.decode(token, settings.public_key, algorithms=["RS256"], audience=settings.audience, issuer=settings.issuer)


def read_claims_of_partner(token: str, settings: Settings) -> dict:
    return jwt.decode(token, settings.public_key, algorithms=["RS256"], issuer=settings.issuer)  # finding: missing-audience-check


def current_user(scopes: SecurityScopes, token: Annotated[str, Depends(oauth2)], settings: Config) -> dict:
    try:
        claims = read_claims(token, settings)
    except jwt.PyJWTError:
        raise HTTPException(status.HTTP_401_UNAUTHORIZED, "invalid token")
    granted = claims.get("scope", "").split()
    if any(scope not in granted for scope in scopes.scopes):
        raise HTTPException(status.HTTP_403_FORBIDDEN, "not enough")
    return claims


def partner_user(token: Annotated[str, Depends(oauth2)], settings: Config) -> str:
    try:
        return read_claims_of_partner(token, settings)["sub"]
    except jwt.PyJWTError:
        raise HTTPException(status.HTTP_401_UNAUTHORIZED, "invalid token")


CurrentUser = Annotated[dict, Security(current_user, scopes=["orders"])]


class SignedIn:
    """Asks for a token, and for nothing about it."""

    def __init__(self, area: str):
        self.area = area

    def __call__(self, credentials: HTTPAuthorizationCredentials | None = Depends(bearer)) -> str:  # finding: presence-only-check
        if credentials is None:
            raise HTTPException(status.HTTP_401_UNAUTHORIZED, f"sign in to see {self.area}")
        return credentials.credentials


class Verified(SignedIn):
    """The twin: what it is given is read."""

    def __call__(self, settings: Config, credentials: HTTPAuthorizationCredentials | None = Depends(bearer)) -> str:
        if credentials is None:
            raise HTTPException(status.HTTP_401_UNAUTHORIZED, f"sign in to see {self.area}")
        try:
            return read_claims(credentials.credentials, settings)["sub"]
        except jwt.PyJWTError:
            raise HTTPException(status.HTTP_401_UNAUTHORIZED, "invalid token")


def is_partner(presented: str | None, expected: str) -> bool:
    return presented == expected  # finding: plain-token-comparison


def partner(settings: Config, presented: str | None = Security(partner_key)) -> None:
    if not is_partner(presented, settings.partner_api_key):
        raise HTTPException(status.HTTP_403_FORBIDDEN, "unknown partner")


def warehouse(settings: Config, x_warehouse_token: str = Header()) -> None:
    if not compare_digest(x_warehouse_token.encode(), settings.warehouse_token.encode()):
        raise HTTPException(status.HTTP_403_FORBIDDEN, "unknown warehouse")
