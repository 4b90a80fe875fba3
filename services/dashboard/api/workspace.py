"""`/api/workspace`: what the workspace is."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.dashboard.alerts import key_alerts
from services.dashboard.authenticate import authenticate
from services.dashboard.context import context_of
from services.dashboard.errors import not_found
from services.dashboard.json_response import json_response
from shared.store.workspaces.read import find_workspace


async def workspace(request: Request) -> Response:
    """Show the workspace with its plan, what is in flight, and which keys cannot be used."""
    holder = await authenticate(request)
    row = await find_workspace(context_of(request).database, holder.workspace_id)
    if row is None:
        raise not_found("workspace")
    body = {
        "id": row.workspace_id,
        "name": row.name,
        "plan": row.plan,
        "slots": row.slots,
        "in_flight": row.in_flight,
        "waiting": row.waiting,
        "created_at": row.created_at,
        "alerts": await key_alerts(context_of(request), row.workspace_id),
    }
    return json_response(body)


ROUTES = [
    Route("/api/workspace", workspace, methods=["GET"]),
]
