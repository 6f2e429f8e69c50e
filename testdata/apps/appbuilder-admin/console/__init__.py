"""An administration console: views of Flask-AppBuilder for people, a request loader for other programs."""

from flask import Flask
from flask_appbuilder import AppBuilder

from console.jobs import jobs
from console.loader import manager
from console.views import Jobs, Maintenance, Reports


def create_app():
    app = Flask(__name__)
    app.config.from_prefixed_env()
    manager.init_app(app)
    builder = AppBuilder(app)
    builder.add_view_no_menu(Reports)
    builder.add_api(Jobs)
    builder.add_api(Maintenance)
    app.register_blueprint(jobs, url_prefix="/jobs")
    return app
