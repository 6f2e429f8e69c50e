"""Vehicles: every method verifies the token."""

from flask import g
from flask_restx import Namespace, Resource

from fleet.tokens import verified

vehicles = Namespace("vehicles", description="What drives")


@vehicles.route("/")
class Vehicles(Resource):
    method_decorators = [verified]

    def get(self):
        return {"owner": g.claims["sub"], "vehicles": []}

    @vehicles.doc(description="Adds a vehicle")
    def post(self):
        return {"added_by": g.claims["sub"]}, 201
