"""The application: routes and middleware."""

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Mount, Route

from . import views
from .middleware import RequireToken

app = Starlette(
    routes=[
        Route("/status", views.status),
        Route("/profile", views.profile),
        Route("/account", views.account),
        Mount("/hooks", routes=[Route("/deliveries", views.Deliveries)]),
    ],
    middleware=[Middleware(RequireToken)],
)
