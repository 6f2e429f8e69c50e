"""Middleware and what it asks."""

import os
from hmac import compare_digest, digest

from aiohttp import web


def presented_key(request):
    return request.headers.get("X-Api-Key")


@web.middleware
async def keys(request, handler):
    if not is_known(presented_key(request), request.app["api_key"]):
        raise web.HTTPUnauthorized()
    return await handler(request)


def is_known(presented, key):
    return presented == key  # finding: plain-token-comparison


def is_signed(body, signature):
    expected = digest(os.environ["HOOK_SECRET"].encode(), body, "sha256").hex()
    return compare_digest(expected, signature or "")
