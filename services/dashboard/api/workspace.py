"""`/api/workspace`, `/api/audit`: what the workspace is, and what it changed."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.dashboard.alerts import key_alerts
from services.dashboard.authenticate import authenticate
from services.dashboard.context import context_of
from services.dashboard.errors import invalid, not_found
from services.dashboard.json_response import json_response
from shared.store.audit.read import list_audit
from shared.store.workspaces.read import find_workspace

AUDIT_PAGE = 100


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


async def audit(request: Request) -> Response:
    """List changes, the newest first; `?after=` an id lists older ones."""
    holder, context = await authenticate(request), context_of(request)
    after = request.query_params.get("after")
    if after is not None and not after.isdigit():
        raise invalid("after", "after must be the next_cursor of an earlier page.")
    before_id = int(after) if after else None
    rows = await list_audit(context.database, workspace_id=holder.workspace_id, limit=AUDIT_PAGE, before_id=before_id)
    data = [
        {
            "id": row.id,
            "actor": row.actor,
            "action": row.action,
            "target": row.target,
            "details": row.details,
            "at": row.at,
        }
        for row in rows
    ]
    return json_response({"data": data, "next_cursor": str(rows[-1].id) if len(rows) == AUDIT_PAGE else None})


ROUTES = [
    Route("/api/workspace", workspace, methods=["GET"]),
    Route("/api/audit", audit, methods=["GET"]),
]
