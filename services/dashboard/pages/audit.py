"""The audit log: who changed what, when and from where."""

from __future__ import annotations

from urllib.parse import urlencode

from starlette.responses import Response

from services.dashboard.pages.page import Page
from services.dashboard.pages.render import render
from services.dashboard.signing_in.visit import Visit
from shared.domain.roles import Role
from shared.domain.text_rules import storable_text
from shared.store.audit.read import list_audit

PAGE = 50
MOST_DIGITS = 18
ACTIONS = (
    *(f"key.{verb}" for verb in ("create", "rotate", "update", "delete", "refused", "suspect", "active", "invalid")),
    *(f"key.{state}" for state in ("out_of_quota", "restricted", "cannot_decrypt")),
    *(f"bot.{verb}" for verb in ("create", "update", "delete")),
    *(f"document.{verb}" for verb in ("create", "replace", "retry", "delete")),
    *(f"token.{verb}" for verb in ("create", "rotate", "revoke")),
    *(f"member.{verb}" for verb in ("add", "role", "remove", "password")),
    *(f"workspace.{thing}" for thing in ("create", "plan", "slots", "quota")),
    "notices.settings",
)
"""What the field suggests; it takes any other action too."""
CLEARING = ("bot.update", "workspace.rate", "workspace.retention")
"""Changes whose details name what was taken away, too: a limit that is none from then on."""


async def show(visit: Visit) -> Response:
    """List changes, the newest first; of one action, of one target where they are named."""
    values = {name: storable_text(visit.query(name)) for name in ("action", "target")}
    before = visit.query("before")
    is_number = before.isascii() and before.isdigit() and len(before) <= MOST_DIGITS
    found = await list_audit(
        visit.context.database,
        workspace_id=visit.workspace_id,
        limit=PAGE + 1,
        before_id=int(before) if is_number else None,
        **{name: value or None for name, value in values.items()},
    )
    asked = {name: value for name, value in values.items() if value}
    older = urlencode(asked | {"before": found[PAGE - 1].id}) if len(found) > PAGE else None
    return render(
        visit, "audit.html", entries=found[:PAGE], values=values, older=older, actions=ACTIONS, clearing=CLEARING
    )


PAGES = [Page("/workspace/audit", show, Role.ADMIN)]
