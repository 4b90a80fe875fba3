"""Where the workspace is told about its keys, and what it was told."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from starlette.responses import Response

from services.dashboard.api.notice_settings import NoticeSettingsForm, save_notice_settings
from services.dashboard.api.notices import send_test_notice
from services.dashboard.body_reading import read_fields
from services.dashboard.errors import AdminError
from services.dashboard.pages.page import Page
from services.dashboard.pages.render import bare_page, go_to, render, render_problem
from services.dashboard.signing_in.visit import Visit
from shared.domain.notices import DeliveryStatus
from shared.domain.roles import Role
from shared.store.notices.read import find_notice, list_notices
from shared.store.notices.settings import read_notice_settings

PAGE = 20
HERE = "/workspace/notices"


async def show(visit: Visit) -> Response:
    """Show the settings and the latest notices."""
    settings = await read_notice_settings(visit.context.database, visit.workspace_id)
    kept = {"webhook_url": settings.webhook_url or "", "email": settings.email or ""}
    return await _page(visit, kept | {"rotate_secret": ""})  # nosec B105 - a box without its tick


async def rows(visit: Visit) -> Response:
    """Return the list of notices alone, for the page that keeps itself fresh."""
    return bare_page("notices_list.html", now=visit.now, **await _notices(visit))


async def change(visit: Visit) -> Response:
    """Say where the workspace is told; a webhook's new secret stands in this answer and in no other."""
    values = {name: visit.form.get(name, "").strip() for name in NoticeSettingsForm.model_fields}
    given = {name: values[name] or None for name in ("webhook_url", "email") if name in visit.form}
    body = read_fields(given | {"rotate_secret": bool(values["rotate_secret"])}, NoticeSettingsForm)
    try:
        _, secret = await save_notice_settings(visit.context, body, workspace_id=visit.workspace_id, actor=visit.actor)
    except AdminError as refusal:
        return await _page(visit, values, refusal)
    if secret is None:
        return go_to(HERE, "notices-changed")
    sentence = "Every webhook is signed with this secret. Copy it now: it is never shown again."
    return render(visit, "shown_once.html", title="Webhook secret", sentence=sentence, secret=secret.open(), back=HERE)


async def test(visit: Visit) -> Response:
    """Send a test through every channel that is set."""
    try:
        await send_test_notice(visit.context, visit.workspace_id)
    except AdminError as refusal:
        return render_problem(visit, refusal.status, refusal.message)
    return go_to(HERE, "notice-sent")


async def _page(visit: Visit, values: dict[str, str], refusal: AdminError | None = None) -> Response:
    return render(
        visit,
        "notices.html",
        200 if refusal is None else refusal.status,
        values=values,
        refusal=refusal,
        sends_email=visit.context.settings.sends_email,
        **await _notices(visit),
    )


async def _notices(visit: Visit) -> dict[str, Any]:
    """Return a page of notices; an `after` that names no notice of this workspace begins anew."""
    database = visit.context.database
    found = await list_notices(database, workspace_id=visit.workspace_id, limit=PAGE + 1, after=await _after(visit))
    shown = found[:PAGE]
    pending = any(each.status is DeliveryStatus.PENDING for notice in shown for each in notice.deliveries)
    return {
        "notices": shown,
        "older": shown[-1].notice_id if len(found) > PAGE else None,
        "is_live": pending,
    }


async def _after(visit: Visit) -> UUID | None:
    try:
        after = UUID(visit.query("after"))
    except ValueError:
        return None
    notice = await find_notice(visit.context.database, after)
    return after if notice is not None and notice.workspace_id == visit.workspace_id else None


PAGES = [
    Page(HERE, show, Role.ADMIN),
    Page(HERE, change, Role.ADMIN, "POST"),
    Page(f"{HERE}/list", rows, Role.ADMIN),
    Page(f"{HERE}/test", test, Role.ADMIN, "POST"),
]
