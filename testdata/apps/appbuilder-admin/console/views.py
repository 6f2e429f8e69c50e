"""What people see: `has_access` and `protect` ask the console who they are, a helper only whether a key was sent."""

from flask import jsonify, request
from flask_appbuilder import BaseView, expose, has_access
from flask_appbuilder.api import BaseApi, protect, safe

from console.callers import has_key, has_right_key


class Reports(BaseView):
    route_base = "/reports"

    @expose("/<int:year>")
    @has_access
    def year(self, year):
        return jsonify(year=year)


class Jobs(BaseApi):
    resource_name = "jobs"

    @expose("/", methods=["POST"])
    @protect()
    @safe
    def start(self):
        return jsonify(started=request.get_json()["name"])


class Maintenance(BaseApi):
    resource_name = "maintenance"

    @expose("/purge", methods=["POST"])
    @safe
    def purge(self):
        if not has_key():
            return jsonify(error="unauthorized"), 401
        return jsonify(purged=True)

    @expose("/vacuum", methods=["POST"])
    @safe
    def vacuum(self):
        if not has_right_key():
            return jsonify(error="unauthorized"), 401
        return jsonify(vacuumed=True)
