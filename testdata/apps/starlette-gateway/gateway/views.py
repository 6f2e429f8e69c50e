"""Handlers behind the middleware. Some look at the token once more, and are the twins of those that do not."""

import os

import jwt
from starlette.endpoints import HTTPEndpoint
from starlette.responses import JSONResponse

from .tokens import is_same, peek, read, same


async def status(request):
    return JSONResponse({"healthy": True})


async def profile(request):
    claims = peek(request.state.token)
    return JSONResponse({"name": claims["name"]})


async def account(request):
    try:
        claims = read(request.state.token)
    except jwt.PyJWTError:
        return JSONResponse({"error": "invalid token"}, status_code=401)
    return JSONResponse({"name": claims["name"]})


class Deliveries(HTTPEndpoint):
    async def post(self, request):
        if not same(request.query_params.get("token"), os.environ["DELIVERY_TOKEN"]):  # finding: token-in-url
            return JSONResponse({"error": "unknown sender"}, status_code=403)
        return JSONResponse({"received": True})

    async def put(self, request):
        if not is_same(request.headers.get("x-delivery-token"), os.environ["DELIVERY_TOKEN"]):
            return JSONResponse({"error": "unknown sender"}, status_code=403)
        return JSONResponse({"received": True})
