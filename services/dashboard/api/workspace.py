"""`/api/workspace`: what the workspace is, how fast its messages may come, how long it keeps what was said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.dashboard.alerts import key_alerts
from services.dashboard.authenticate import actor_of, authenticate
from services.dashboard.body import MessageCount, RetentionDays, read_body_of
from services.dashboard.body_reading import Form, ReadBody
from services.dashboard.context import context_of
from services.dashboard.errors import not_found
from services.dashboard.json_response import json_response
from services.dashboard.rate_rules import settle_bursts
from shared.store.tokens.rows import TokenHolder
from shared.store.workspaces.change import update_workspace
from shared.store.workspaces.read import find_workspace
from shared.store.workspaces.rows import WorkspaceRow


class WorkspaceChange(Form):
    """What `PATCH /api/workspace` takes; what is absent stays, null clears."""

    rate_per_minute: MessageCount | None = None
    rate_burst: MessageCount | None = None
    retention_days: RetentionDays | None = None


async def change(request: Request) -> Response:
    """Say how many messages may come for all bots together, or for how many days texts are kept; null: no limit."""
    holder = await authenticate(request)
    body = await read_body_of(request, WorkspaceChange)
    database, actor = context_of(request).database, actor_of(request, holder)
    if body.refusals:  # whatever the workspace is: no turn waits for this to be refused
        _changes(body, asdict(await _find(request, holder)))
    await update_workspace(
        database, lambda before: _changes(body, before), workspace_id=holder.workspace_id, actor=actor
    )
    return await workspace(request)


async def workspace(request: Request) -> Response:
    """Show the workspace with its plan, what is in flight, and which keys cannot be used."""
    holder = await authenticate(request)
    row = await _find(request, holder)
    body = {
        "id": row.workspace_id,
        "name": row.name,
        "plan": row.plan,
        "slots": row.slots,
        "in_flight": row.in_flight,
        "waiting": row.waiting,
        "rate_per_minute": row.rate_per_minute,
        "rate_burst": row.rate_burst,
        "retention_days": row.retention_days,
        "created_at": row.created_at,
        "alerts": await key_alerts(context_of(request), row.workspace_id),
    }
    return json_response(body)


def _changes(body: ReadBody[WorkspaceChange], before: Mapping[str, int | None]) -> dict[str, int | None]:
    """Return what the workspace's fields become; raises AdminError that names all that must be corrected."""
    changes = body.form.model_dump(include=body.form.model_fields_set)
    with body.refusals.noting():
        changes = settle_bursts(changes, before, refused=body.refused)
    body.raise_all()
    return changes


async def _find(request: Request, holder: TokenHolder) -> WorkspaceRow:
    row = await find_workspace(context_of(request).database, holder.workspace_id)
    if row is None:
        raise not_found("workspace")
    return row


ROUTES = [
    Route("/api/workspace", workspace, methods=["GET"]),
    Route("/api/workspace", change, methods=["PATCH"]),
]
