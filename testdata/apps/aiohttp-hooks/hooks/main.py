"""The application and what it is made with."""

import os

from aiohttp import web

from .guards import keys
from .views import routes


def make_app():
    app = web.Application(middlewares=[keys])
    app["api_key"] = os.environ["API_KEY"]
    app.add_routes(routes)
    return app


if __name__ == "__main__":
    web.run_app(make_app())
