"""An application factory: everything is registered inside `create_app`, most of it by helpers in other files."""

from flask import Flask, jsonify

from shop import extensions
from shop.admin import admin
from shop.hooks import register_hooks
from shop.hooks.payments import payments
from shop.orders.views import orders
from shop.partner import partner


def create_app(settings):
    app = Flask(__name__)
    app.config.from_object(settings)
    extensions.connect(app)

    for blueprint in (orders, payments):
        app.register_blueprint(blueprint, url_prefix=f"/api/{blueprint.name}")
    app.register_blueprint(admin)
    app.register_blueprint(partner, url_prefix="/partner/v2")
    register_hooks(app)

    @app.get("/healthz")
    def healthz():
        return jsonify(status="up")

    return app
