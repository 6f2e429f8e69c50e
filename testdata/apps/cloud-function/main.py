"""Functions that are deployed one by one: each gets Flask's request."""

import functions_framework
from flask import abort

import identity
import signing


@functions_framework.http
def orders(request):
    claims = identity.caller(request)
    if claims is None:
        return {"error": "unauthorized"}, 401
    return {"owner": claims["sub"]}


@functions_framework.http
def checked_orders(request):
    claims = identity.checked_caller(request)
    if claims is None:
        return {"error": "unauthorized"}, 401
    return {"owner": claims["sub"]}


@functions_framework.http
def reports(request):
    identity.demand_token(request)
    return {"reports": []}


@functions_framework.http
def checked_reports(request):
    if identity.checked_caller(request) is None:
        abort(401)
    return {"reports": []}


@functions_framework.http
def pushed(request):
    delivery = request.get_json()
    if not signing.is_signed_delivery(request, delivery):
        abort(403)
    return {"id": delivery["id"]}


@functions_framework.http
def checked_pushed(request):
    if not signing.is_signed(request):
        abort(403)
    return {"id": request.get_json()["id"]}


@functions_framework.cloud_event
def uploaded(event):
    print(event.data["name"])
