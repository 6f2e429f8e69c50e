"""Trips: the decorator around the methods reads the token and believes it."""

from flask import g
from flask_restx import Namespace, Resource

from fleet.tokens import identified

trips = Namespace("trips", path="/trips")


@trips.route("/<int:trip>")
class Trip(Resource):
    method_decorators = [identified]

    def delete(self, trip):
        return {"deleted": trip, "by": g.claims["sub"]}
