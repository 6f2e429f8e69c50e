"""Exports: one view for all methods."""

from flask import Blueprint, jsonify
from flask.views import View

from billing.guards import token_required

exports = Blueprint("exports", __name__)


class Export(View):
    methods = ["GET"]
    decorators = [token_required]

    def dispatch_request(self, year):
        return jsonify(year=year, rows=[])


exports.add_url_rule("/<int:year>", view_func=Export.as_view("export"))
