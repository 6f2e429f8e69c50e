"""The namespaces of the documented API."""

from flask_restx import Api

from fleet.api.trips import trips
from fleet.api.vehicles import vehicles

api = Api(title="Fleet", prefix="/v2")
api.add_namespace(vehicles, path="/vehicles")
api.add_namespace(trips)
