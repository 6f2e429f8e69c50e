"""What customers see. Every route of this router asks for a customer."""

from fastapi import APIRouter, Depends, Request

from ..audit import note, note_request
from ..security import CurrentUser, SignedIn, Verified

router = APIRouter(prefix="/shop")


@router.get("/orders")
async def orders(user: CurrentUser):
    return {"owner": user["sub"]}


@router.get("/basket")
async def basket(token: str = Depends(SignedIn("the basket"))):
    return {"basket": []}


@router.get("/wishes")
async def wishes(user: str = Depends(Verified("the wishes"))):
    return {"owner": user}


@router.post("/orders")
async def order(request: Request, user: CurrentUser):
    note_request("order", request)
    note("order", user["sub"])
    return {"accepted": True}
