"""Signing in and renewing."""

from flask import Blueprint, abort, jsonify, request
from flask_jwt_extended import create_access_token, get_jwt_identity, jwt_required

from clinic.audit import note, note_issued
from clinic.store import person_of

sessions = Blueprint("sessions", __name__)


@sessions.post("/")
def sign_in():
    form = request.get_json()
    known = person_of(form["name"])
    if known is None or not known.has_password(form["password"]):
        abort(401)
    token = create_access_token(identity=form["name"])
    note_issued(form["name"], token)
    return jsonify(access_token=token)


@sessions.post("/renewed")
@jwt_required(refresh=True)
def renew():
    note(get_jwt_identity())
    return jsonify(access_token=create_access_token(identity=get_jwt_identity()))
