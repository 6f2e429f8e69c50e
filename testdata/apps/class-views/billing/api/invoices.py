"""Invoices and refunds: two views with a guard each, and one whose guard only asks whether a header was sent."""

from flask import jsonify, request
from flask.views import MethodView

from billing.guards import header_required, token_required


class GuardedView(MethodView):
    decorators = [token_required]


class Invoices(GuardedView):
    def get(self):
        return jsonify(invoices=[])

    def post(self):
        return jsonify(created=request.get_json()), 201


class Invoice(MethodView):
    decorators = [token_required]

    def delete(self, number):
        return jsonify(cancelled=number)


class Refunds(MethodView):
    decorators = [header_required]

    def post(self):
        return jsonify(refunded=request.get_json()["invoice"])
