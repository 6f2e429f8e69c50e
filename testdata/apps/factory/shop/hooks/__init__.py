"""Hooks of the whole application, registered by the factory."""

from flask import request

OPEN = {"healthz", "partner.ping"}


def register_hooks(app):
    @app.after_request
    def no_store(response):
        response.headers["Cache-Control"] = "no-store"
        return response

    app.before_request(limit_body)


def limit_body():
    if request.endpoint in OPEN:
        return None
    if (request.content_length or 0) > 1_000_000:
        return {"error": "too large"}, 413
    return None
