"""Orders of the customer whose token was verified before the view runs."""

from flask import Blueprint, g, jsonify

from shop.auth.tokens import load_customer

orders = Blueprint("orders", __name__)
orders.before_request(load_customer)


@orders.get("/")
def index():
    return jsonify(owner=g.customer["sub"])


@orders.delete("/<int:order_id>")
def cancel(order_id):
    return jsonify(cancelled=order_id, by=g.customer["sub"])
