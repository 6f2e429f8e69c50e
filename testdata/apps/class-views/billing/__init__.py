"""Billing: views are classes, blueprints lie inside blueprints, and the guards stand in a file of their own."""

from flask import Flask

from billing.api import api
from billing.export import exports


def create_app():
    app = Flask(__name__)
    app.config.from_prefixed_env()
    app.register_blueprint(api, url_prefix="/api/v1")
    app.register_blueprint(exports, url_prefix="/exports")
    return app
