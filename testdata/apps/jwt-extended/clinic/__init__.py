"""A clinic's API: people come with tokens that the API issues itself, machines with tokens of their own."""

from flask import Flask

from clinic.extensions import jwt
from clinic.machines import machines
from clinic.patients import patients
from clinic.sessions import sessions


def create_app(settings="clinic.config.Production"):
    app = Flask(__name__)
    app.config.from_object(settings)
    jwt.init_app(app)
    app.register_blueprint(sessions, url_prefix="/sessions")
    app.register_blueprint(patients, url_prefix="/patients")
    app.register_blueprint(machines, url_prefix="/machines")
    return app
