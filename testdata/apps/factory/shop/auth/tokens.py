"""Reading and verifying the bearer token of a request."""

import jwt
from flask import abort, current_app, g, request


def presented_token():
    header = request.headers.get("Authorization", "")
    scheme, _, token = header.partition(" ")
    if scheme != "Bearer" or not token:
        abort(401)
    return token


def decode(token, **expected):
    try:
        return jwt.decode(
            token,
            current_app.config["JWT_PUBLIC_KEY"],
            algorithms=current_app.config["JWT_ALGORITHMS"],
            **expected,
        )
    except jwt.PyJWTError:
        abort(401)


def load_customer():
    g.customer = decode(presented_token(), audience="shop", issuer=current_app.config["JWT_ISSUER"])


def load_administrator():
    g.administrator = peek(presented_token())


def peek(token):
    return jwt.decode(token, options={"verify_signature": False})  # finding: unverified-jwt-signature
