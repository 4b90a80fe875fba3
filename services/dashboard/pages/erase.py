"""The pages that take conversations out: as a file, and for good."""

from __future__ import annotations

from datetime import date

from starlette.responses import Response, StreamingResponse

from services.dashboard.api.erasures import LONGEST_USER
from services.dashboard.errors import AdminError, invalid
from services.dashboard.export_lines import MEDIA_TYPE, export_lines
from services.dashboard.pages.conversation_search import fields_of, search_of
from services.dashboard.pages.page import Page
from services.dashboard.pages.render import go_to, render, render_problem
from services.dashboard.signing_in.visit import Visit
from shared.domain.roles import Role
from shared.store.erasures.order import list_erasures, order_erasure


async def download(visit: Visit) -> Response:
    """Return what the search finds as a file of JSON lines, with the texts."""
    try:
        asked = search_of(visit, fields_of(visit) | {"turn": ""})
    except AdminError as refusal:
        return render_problem(visit, refusal.status, refusal.message)
    headers = {"Content-Disposition": f'attachment; filename="{_file_name(visit.now.date())}"'}
    return StreamingResponse(export_lines(visit.context.database, asked), media_type=MEDIA_TYPE, headers=headers)


async def show(visit: Visit) -> Response:
    """Ask whose conversations are to be erased, and show what is under way."""
    return await _page(visit, visit.query("user"))


async def order(visit: Visit) -> Response:
    """Have the conversations of an end user erased."""
    user = visit.form.get("user", "")
    if not 1 <= len(user) <= LONGEST_USER:
        refusal = invalid("user", f"Name the end user in 1 to {LONGEST_USER:,} characters.")
        return await _page(visit, user, refusal)
    await order_erasure(visit.context.database, workspace_id=visit.workspace_id, end_user=user, actor=visit.actor)
    return go_to("/conversations/erase", "erasure-ordered")


async def _page(visit: Visit, user: str, refusal: AdminError | None = None) -> Response:
    return render(
        visit,
        "conversations_erase.html",
        200 if refusal is None else refusal.status,
        values={"user": user},
        refusal=refusal,
        erasures=await list_erasures(visit.context.database, visit.workspace_id),
    )


def _file_name(day: date) -> str:
    return f"conversations-{day.isoformat()}.jsonl"


PAGES = [
    Page("/conversations.jsonl", download, Role.ADMIN),
    Page("/conversations/erase", show, Role.ADMIN),
    Page("/conversations/erase", order, Role.ADMIN, "POST"),
]
