"""Jobs that other programs start."""

from flask import Blueprint, jsonify
from flask_login import current_user, login_required

jobs = Blueprint("jobs", __name__)


@jobs.post("/<name>/runs")
@login_required
def run(name):
    return jsonify(started=name, by=current_user.get_id())


@jobs.delete("/<name>")
def remove(name):
    if not current_user.is_authenticated:
        return jsonify(error="unauthorized"), 401
    return jsonify(removed=name)
