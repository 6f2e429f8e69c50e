"""Administration: the hook looks like the one of the orders, and reads a token that anybody can write."""

from flask import Blueprint, abort, g, jsonify

from shop.auth.tokens import load_administrator

admin = Blueprint("admin", __name__, url_prefix="/admin")


@admin.before_request
def only_administrators():
    load_administrator()
    if "admin" not in g.administrator.get("roles", []):
        abort(403)


@admin.post("/customers/<customer>/block")
def block(customer):
    return jsonify(blocked=customer, by=g.administrator["sub"])
