"""What partners and warehouses call; who they are is asked where the routers are included."""

from fastapi import APIRouter, Depends, Header, HTTPException

from ..security import partner_user

prices = APIRouter()
stock = APIRouter()
reports = APIRouter()


def named(authorization: str | None = Header(default=None)):
    if not authorization:
        raise HTTPException(status_code=401)


@prices.get("/", dependencies=[Depends(named)])
async def list_prices():
    return {"prices": []}


@stock.get("/", dependencies=[Depends(named)])
async def list_stock():
    return {"stock": []}


@reports.get("/")
async def list_reports(user: str = Depends(partner_user)):
    return {"reports": [], "for": user}
