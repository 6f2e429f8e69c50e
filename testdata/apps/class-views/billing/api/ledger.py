"""The ledger, behind a check that takes the same time for every token."""

from flask import Blueprint, jsonify

from billing.guards import only_accountants

ledger = Blueprint("ledger", __name__, url_prefix="/ledger")
ledger.before_request(only_accountants)


@ledger.get("/balance")
def balance():
    return jsonify(balance=0)


@ledger.post("/close")
def close():
    return jsonify(closed=True)
