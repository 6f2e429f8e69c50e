"""Authorizers of the REST API: they answer with a policy."""

import jwt

from shared.events import bearer
from shared.policies import policy
from shared.tokens import checked_claims, claims_of


def handler(event, context):
    try:
        claims = claims_of(bearer(event["authorizationToken"]))
    except jwt.InvalidTokenError:
        return policy("nobody", "Deny", event["methodArn"])
    return policy(claims["sub"], "Allow", event["methodArn"])


def checked_handler(event, context):
    try:
        claims = checked_claims(bearer(event["authorizationToken"]))
    except jwt.InvalidTokenError:
        return policy("nobody", "Deny", event["methodArn"])
    return policy(claims["sub"], "Allow", event["methodArn"])


def any_token_handler(event, context):  # finding: presence-only-check
    if not bearer(event["authorizationToken"]):
        return policy("nobody", "Deny", event["methodArn"])
    return policy("caller", "Allow", event["methodArn"])
