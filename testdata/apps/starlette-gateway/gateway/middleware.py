"""What every request passes before it reaches a handler."""

from starlette.middleware.base import BaseHTTPMiddleware
from starlette.responses import JSONResponse

from .tokens import token_of


class RequireToken(BaseHTTPMiddleware):
    """Asks for a token; whoever trusts it alone trusts anybody."""

    async def dispatch(self, request, call_next):  # finding: presence-only-check
        token = token_of(request)
        if not token:
            return JSONResponse({"error": "sign in"}, status_code=401)
        request.state.token = token
        response = await call_next(request)
        response.headers["x-gateway"] = "1"
        return response
