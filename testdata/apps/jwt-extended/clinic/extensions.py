"""The manager of the clinic's tokens and what it asks."""

from flask import jsonify
from flask_jwt_extended import JWTManager

from clinic.store import is_revoked, person_of

jwt = JWTManager()


@jwt.token_in_blocklist_loader
def revoked(header, payload):
    return is_revoked(payload["jti"])


@jwt.user_lookup_loader
def person(header, payload):
    return person_of(payload["sub"])


@jwt.unauthorized_loader
def unauthorized(reason):
    return jsonify(error=reason), 401
