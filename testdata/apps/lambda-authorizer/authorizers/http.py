"""Authorizers of the HTTP API: they answer yes or no."""

import hmac
import os

import jwt

from shared.events import bearer, header
from shared.tokens import checked_claims


def handler(event, context):
    try:
        claims = checked_claims(bearer(header(event, "Authorization")))
    except jwt.InvalidTokenError:
        return {"isAuthorized": False}
    return {"isAuthorized": True, "context": {"owner": claims["sub"]}}


def key_handler(event, context):
    return {"isAuthorized": header(event, "X-Api-Key") == os.environ["API_KEY"]}  # finding: plain-token-comparison


def checked_key_handler(event, context):
    return {"isAuthorized": hmac.compare_digest(header(event, "x-api-key"), os.environ["API_KEY"])}


def open_handler(event, context):  # finding: stub-validator
    return {"isAuthorized": True}
