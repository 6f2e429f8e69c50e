"""Tokens: where they stand and what they say."""

import os
from hmac import compare_digest

import jwt


def token_of(request):
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token if scheme.lower() == "bearer" else None


def peek(token):
    return jwt.decode(token, options={"verify_signature": False})  # finding: unverified-jwt-signature


def read(token):
    return jwt.decode(
        token, os.environ["PUBLIC_KEY"], algorithms=["RS256"], audience="gateway", issuer="https://id.example"
    )


def same(presented, secret):
    return presented == secret  # finding: plain-token-comparison


def is_same(presented, secret):
    return compare_digest((presented or "").encode(), secret.encode())
