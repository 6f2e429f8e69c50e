"""Partners present a shared token."""

import hmac

from flask import Blueprint, abort, current_app, jsonify, request

partner = Blueprint("partner", __name__, url_prefix="/partner")


@partner.before_request
def authenticate():
    if request.endpoint == "partner.ping":
        return
    presented = request.headers.get("X-Partner-Token", "")
    if not hmac.compare_digest(presented.encode(), current_app.config["PARTNER_TOKEN"].encode()):
        abort(401)


@partner.get("/ping")
def ping():
    return "pong"


@partner.put("/stock")
def stock():
    return jsonify(request.get_json())
