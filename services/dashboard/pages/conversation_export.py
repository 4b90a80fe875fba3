"""What a search for conversations finds, as a file."""

from __future__ import annotations

from starlette.responses import Response, StreamingResponse

from services.dashboard.errors import AdminError
from services.dashboard.export_lines import MEDIA_TYPE, export_lines
from services.dashboard.pages.conversation_search import fields_of, search_of
from services.dashboard.pages.page import Page
from services.dashboard.pages.render import render_problem
from services.dashboard.signing_in.visit import Visit
from shared.domain.roles import Role


async def download(visit: Visit) -> Response:
    """Return the turns that the search finds with their texts, as JSON lines; it is written as it is read."""
    try:
        asked = search_of(visit, fields_of(visit))
    except AdminError as refusal:
        return render_problem(visit, refusal.status, refusal.message)
    name = f"conversations-{visit.now.date().isoformat()}.jsonl"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(export_lines(visit.context.database, asked), media_type=MEDIA_TYPE, headers=headers)


PAGES = [Page("/conversations.jsonl", download, Role.ADMIN)]
