"""What the payment provider reports. Only the factory knows where these routes lie."""

from flask import Blueprint, abort, jsonify, request

from shop.signing import digest_of, same, same_in_constant_time

payments = Blueprint("payments", __name__)


@payments.post("/refunded")
def refunded():
    if not same(request.headers.get("X-Signature", ""), digest_of(request.get_data())):
        abort(401)
    return jsonify(done=True)


@payments.post("/captured")
def captured():
    if not same_in_constant_time(request.headers.get("X-Signature", ""), digest_of(request.get_data())):
        abort(401)
    return jsonify(done=True)
