"""A fleet's API in three styles: namespaces, resources that are added by a call, and a blueprint with schemas."""

from flask import Flask
from flask_restful import Api as RestfulApi
from flask_smorest import Api as SmorestApi

from fleet.api import api
from fleet.api.drivers import Driver, Drivers
from fleet.api.fuel import fuel


def create_app():
    app = Flask(__name__)
    app.config.from_prefixed_env()
    api.init_app(app)

    restful = RestfulApi(app, prefix="/rest")
    restful.add_resource(Drivers, "/drivers")
    restful.add_resource(Driver, "/drivers/<int:number>")

    smorest = SmorestApi(app)
    smorest.register_blueprint(fuel, url_prefix="/fuel")
    return app
