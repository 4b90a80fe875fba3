"""Which parameters each operation takes behind the `?`; any other is refused, so that no misspelt filter shows all."""

from __future__ import annotations

from functools import wraps

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.dashboard.authenticate import authenticate
from services.dashboard.errors import invalid_fields

PAGED = ("limit", "after")
KNOWN = {
    "/api/keys": PAGED,
    "/api/bots": PAGED,
    "/api/tokens": PAGED,
    "/api/documents": ("bot_id", *PAGED),
    "/api/turns": ("status", "bot", "from", "to", "after"),
    "/api/conversations/export": ("user", "conversation", "from", "to"),
    "/api/usage": ("from", "to", "group_by"),
    "/api/notices": PAGED,
    "/api/audit": ("target", "action", "after"),
}
"""By the path; of GET alone. What stands not here takes none."""


def parameters_of(method: str, path: str) -> tuple[str, ...]:
    """Return the parameters that an operation takes."""
    return KNOWN.get(path, ()) if method in ("GET", "HEAD") else ()


def refuse_unknown_parameters(route: Route) -> Route:
    """Return the route so that it answers 422 to a parameter that it does not take, once it knows who asks."""
    handler = route.endpoint

    @wraps(handler)
    async def endpoint(request: Request) -> Response:
        known = parameters_of(request.method, route.path)
        unknown = [name for name in request.query_params if name not in known]
        if unknown:
            await authenticate(request)
            takes = f"it takes {', '.join(known)}" if known else "it takes none"
            says = f"is no parameter of {request.method} {route.path}; {takes}."
            raise invalid_fields({name: f"{name} {says}" for name in unknown})
        answer: Response = await handler(request)
        return answer

    return Route(route.path, endpoint, methods=list(route.methods or ()))
