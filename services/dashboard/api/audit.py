"""`/api/audit`: who changed what, when and from where."""

from __future__ import annotations

from dataclasses import asdict

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.dashboard.authenticate import authenticate
from services.dashboard.context import context_of
from services.dashboard.errors import invalid
from services.dashboard.json_response import json_response
from services.dashboard.query import text_of
from shared.store.audit.read import list_audit

PAGE = 100
MOST_DIGITS = 18
"""Every number of so many digits is a bigint."""


async def audit(request: Request) -> Response:
    """List changes, the newest first; `?target=` of one thing, `?action=` of one kind, `?after=` older ones."""
    holder, context = await authenticate(request), context_of(request)
    rows = await list_audit(
        context.database,
        workspace_id=holder.workspace_id,
        limit=PAGE,
        before_id=_before_id(request),
        target=text_of(request, "target"),
        action=text_of(request, "action"),
    )
    next_cursor = str(rows[-1].id) if len(rows) == PAGE else None
    return json_response({"data": [asdict(row) for row in rows], "next_cursor": next_cursor})


def _before_id(request: Request) -> int | None:
    after = request.query_params.get("after")
    if after is None:
        return None
    if not (after.isascii() and after.isdigit() and len(after) <= MOST_DIGITS):
        raise invalid("after", "after must be the next_cursor of an earlier page.")
    return int(after)


ROUTES = [Route("/api/audit", audit, methods=["GET"])]
