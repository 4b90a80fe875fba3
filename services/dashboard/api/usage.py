"""`/api/usage` and `/api/quota`: tokens and messages, from the roll-ups only."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.dashboard.authenticate import authenticate
from services.dashboard.context import context_of
from services.dashboard.errors import invalid
from services.dashboard.json_response import json_response
from services.dashboard.query import day_of
from shared.domain.months import month_of, resets_at
from shared.domain.quota_warning import quota_warning
from shared.store.usage.read import GROUPS, read_usage, usage_as_of
from shared.store.workspaces.read import read_quota


async def usage(request: Request) -> Response:
    """Sum tokens and turns by UTC day, bot, model, provider and key."""
    holder, context = await authenticate(request), context_of(request)
    today = context.clock().date()
    from_day = day_of(request, "from", today.replace(day=1))
    to_day = day_of(request, "to", today)
    if from_day > to_day:
        raise invalid("from", "from must not be after to.")
    rows = await read_usage(
        context.database,
        workspace_id=holder.workspace_id,
        from_day=from_day,
        to_day=to_day,
        group_by=_groups(request),
    )
    as_of = await usage_as_of(context.database, holder.workspace_id)
    return json_response({"from": from_day, "to": to_day, "timezone": "UTC", "rows": rows, "as_of": as_of})


async def quota(request: Request) -> Response:
    """Show the month's messages (S8)."""
    holder, context = await authenticate(request), context_of(request)
    month = month_of(context.clock())
    row = await read_quota(context.database, workspace_id=holder.workspace_id, month=month)
    body = {"plan": row.plan, "limit": row.limit, "used": row.used, "remaining": max(row.limit - row.used, 0)}
    renewed_at = resets_at(month)
    return json_response(body | {"resets_at": renewed_at, "warning": quota_warning(row.used, row.limit, renewed_at)})


def _groups(request: Request) -> list[str]:
    names = [name for name in request.query_params.get("group_by", "").split(",") if name]
    unknown = [name for name in names if name not in GROUPS]
    if unknown or len(set(names)) < len(names):
        raise invalid("group_by", f"group_by takes {', '.join(GROUPS)}, each at most once, joined by commas.")
    return names


ROUTES = [Route("/api/usage", usage, methods=["GET"]), Route("/api/quota", quota, methods=["GET"])]
