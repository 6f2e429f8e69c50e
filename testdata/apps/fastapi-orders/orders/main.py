"""The application: routers and what is asked before each of them."""

from fastapi import Depends, FastAPI

from .routers import partners, shop
from .security import partner, warehouse


def create_app() -> FastAPI:
    app = FastAPI()
    app.include_router(shop.router)
    app.include_router(partners.prices, prefix="/prices", dependencies=[Depends(partner)])
    app.include_router(partners.stock, prefix="/stock", dependencies=[Depends(warehouse)])
    app.include_router(partners.reports, prefix="/reports")
    return app


app = create_app()
