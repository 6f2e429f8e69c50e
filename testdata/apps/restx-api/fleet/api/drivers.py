"""Drivers: resources that know nothing of where they lie."""

from flask import g, request
from flask_restful import Resource

from fleet.tokens import bearer, verified


class Drivers(Resource):
    method_decorators = {"post": [verified]}

    def post(self):
        return {"hired_by": g.claims["sub"]}, 201


class Driver(Resource):
    def put(self, number):
        bearer()
        return {"changed": number, "to": request.get_json()}
