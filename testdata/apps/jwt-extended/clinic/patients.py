"""Patients: the decorator of the library stands before two views; a hook before none."""

from flask import Blueprint, jsonify, request
from flask_jwt_extended import current_user, get_jwt_identity, jwt_required, verify_jwt_in_request

from clinic.headers import has_token

patients = Blueprint("patients", __name__)


@patients.get("/<int:number>")
@jwt_required()
def patient(number):
    return jsonify(number=number, seen_by=get_jwt_identity())


@patients.put("/<int:number>")
def change(number):
    verify_jwt_in_request()
    return jsonify(changed=number, by=current_user.name)


@patients.delete("/<int:number>")
def forget(number):
    if not has_token(request):
        return jsonify(error="unauthorized"), 401
    return jsonify(forgotten=number)
