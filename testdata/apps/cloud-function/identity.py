"""Who calls: tokens that Google issues for service accounts."""

import os

from flask import abort
from google.auth.transport import requests as transport
from google.oauth2 import id_token


def bearer(request):
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token if scheme.lower() == "bearer" else ""


def caller(request):
    try:
        return id_token.verify_oauth2_token(bearer(request), transport.Request())  # finding: missing-audience-check
    except ValueError:
        return None


def checked_caller(request):
    try:
        return id_token.verify_oauth2_token(bearer(request), transport.Request(), audience=os.environ["FUNCTION_URL"])
    except ValueError:
        return None


def demand_token(request):  # finding: presence-only-check
    if not bearer(request):
        abort(401)
