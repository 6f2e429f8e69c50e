"""Fuel cards, as method views of a blueprint with schemas."""

from flask import g
from flask.views import MethodView
from flask_smorest import Blueprint

from fleet.tokens import verified

fuel = Blueprint("fuel", __name__)


@fuel.route("/cards")
class Cards(MethodView):
    decorators = [verified]

    @fuel.response(200)
    def get(self):
        return {"cards": [], "owner": g.claims["sub"]}
