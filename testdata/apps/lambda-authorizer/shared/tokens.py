"""Tokens of the identity provider, whose keys are fetched where it publishes them."""

import os

import jwt
from jwt import PyJWKClient

ISSUER = "https://id.example.com/"
KEYS = PyJWKClient(ISSUER + ".well-known/jwks.json")


def signing_key(token):
    return KEYS.get_signing_key_from_jwt(token).key


def claims_of(token):
    return jwt.decode(token, signing_key(token), algorithms=["RS256"], issuer=ISSUER, options={"verify_aud": False})  # finding: missing-audience-check


def checked_claims(token):
    return jwt.decode(
        token, signing_key(token), algorithms=["RS256"], issuer=ISSUER, audience=os.environ["API_AUDIENCE"]
    )
