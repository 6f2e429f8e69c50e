"""Checks that go around the methods of resources."""

import functools
import os

import jwt
from flask import g, request
from flask_restx import abort

KEY = os.environ["FLEET_PUBLIC_KEY"]


def bearer():  # finding: presence-only-check
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme != "Bearer" or not token:
        abort(401)
    return token


def verified(method):
    @functools.wraps(method)
    def checked(*args, **kwargs):
        try:
            g.claims = jwt.decode(bearer(), KEY, algorithms=["ES256"], audience="fleet", issuer="https://id.fleet.example")
        except jwt.InvalidTokenError:
            abort(401)
        return method(*args, **kwargs)

    return checked


def identified(method):
    @functools.wraps(method)
    def checked(*args, **kwargs):
        g.claims = read(bearer())
        return method(*args, **kwargs)

    return checked


def read(token):
    return jwt.decode(token, options={"verify_signature": False})  # finding: unverified-jwt-signature
