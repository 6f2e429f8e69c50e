"""Machines report with tokens of their own, which callbacks look up."""

from flask import Blueprint, jsonify, request
from flask_httpauth import HTTPTokenAuth

from clinic.machine_tokens import is_machine, is_scanner

machines = Blueprint("machines", __name__)
auth = HTTPTokenAuth(scheme="Bearer")
scanner_auth = HTTPTokenAuth(header="X-Scanner-Token")


@auth.verify_token
def machine(token):
    return "machine" if is_machine(token) else None


@scanner_auth.verify_token
def scanner(token):
    return "scanner" if is_scanner(token) else None


@machines.post("/readings")
@auth.login_required
def reading():
    return jsonify(stored=request.get_json(), by=auth.current_user())


@machines.post("/scans")
@scanner_auth.login_required
def scan():
    return jsonify(stored=request.get_json(), by=scanner_auth.current_user())
