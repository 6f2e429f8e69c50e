"""What answers: orders behind the middleware, deliveries that carry a signature."""

from aiohttp import web

from .audit import note
from .guards import is_signed

routes = web.RouteTableDef()


@routes.get("/orders")
async def orders(request):
    note(request.headers)
    return web.json_response({"orders": []})


@routes.view("/deliveries")
class Deliveries(web.View):
    async def post(self):
        body = await self.request.read()
        if not is_signed(body, self.request.headers.get("X-Signature")):
            return web.HTTPForbidden()
        note(self.request.path)
        return web.json_response({"received": True})
