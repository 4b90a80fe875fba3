"""The page on which an end user's conversations are erased."""

from __future__ import annotations

from starlette.responses import Response

from services.dashboard.api.erasures import LONGEST_USER
from services.dashboard.errors import AdminError, invalid
from services.dashboard.pages.page import Page
from services.dashboard.pages.render import go_to, render
from services.dashboard.signing_in.visit import Visit
from shared.domain.roles import Role
from shared.store.erasures.order import list_erasures, order_erasure


async def show(visit: Visit) -> Response:
    """Ask whose conversations are to be erased, and show what is under way."""
    return await _page(visit, visit.query("user"))


async def order(visit: Visit) -> Response:
    """Have the conversations of an end user erased."""
    user = visit.form.get("user", "")
    if not 1 <= len(user) <= LONGEST_USER:
        refusal = invalid("user", f"Name the end user in 1 to {LONGEST_USER:,} characters.")
        return await _page(visit, user, refusal)
    is_named = await order_erasure(
        visit.context.database, workspace_id=visit.workspace_id, end_user=user, actor=visit.actor
    )
    return go_to("/conversations/erase", "erasure-ordered" if is_named else "erasure-unnamed")


async def _page(visit: Visit, user: str, refusal: AdminError | None = None) -> Response:
    return render(
        visit,
        "conversations_erase.html",
        200 if refusal is None else refusal.status,
        values={"user": user},
        refusal=refusal,
        erasures=await list_erasures(visit.context.database, visit.workspace_id),
    )


PAGES = [
    Page("/conversations/erase", show, Role.ADMIN),
    Page("/conversations/erase", order, Role.ADMIN, "POST"),
]
