"""`/api/conversations/export`: what was said, as JSONL."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from services.dashboard.authenticate import authenticate
from services.dashboard.context import context_of
from services.dashboard.day_range import FIRST_DAY, LAST_DAY, end_of, start_of
from services.dashboard.errors import invalid
from services.dashboard.export_lines import MEDIA_TYPE, export_lines
from services.dashboard.query import day_of, text_of
from shared.domain.turn_status import TurnStatus
from shared.store.turns.search_rows import TurnSearch


async def export(request: Request) -> Response:
    """Write every turn, one JSON object a line, the newest first; `?user=`, `?conversation=`, `?from=`, `?to=`."""
    holder, context = await authenticate(request), context_of(request)
    from_day, to_day = day_of(request, "from", FIRST_DAY), day_of(request, "to", LAST_DAY)
    if from_day > to_day:
        raise invalid("from", "from must not be after to.")
    asked = TurnSearch(
        workspace_id=holder.workspace_id,
        statuses=tuple(TurnStatus),
        from_at=start_of(from_day),
        before=end_of(to_day),
        conversation=text_of(request, "conversation"),
        end_user=text_of(request, "user"),
    )
    return StreamingResponse(export_lines(context.database, asked), media_type=MEDIA_TYPE)


ROUTES = [Route("/api/conversations/export", export, methods=["GET"])]
