"""The page of the workspace: its plan and what that allows, how fast its messages may come, how long texts are kept."""

from __future__ import annotations

from starlette.responses import Response

from services.dashboard.errors import AdminError
from services.dashboard.pages.page import Page
from services.dashboard.pages.rate_form import read_rates
from services.dashboard.pages.render import go_to, render
from services.dashboard.pages.whole_numbers import read_number
from services.dashboard.signing_in.visit import Visit
from shared.domain.months import month_of, resets_at
from shared.domain.plans import Plan
from shared.domain.retention import MOST_RETENTION_DAYS
from shared.domain.roles import Role
from shared.store.workspaces.change import update_workspace
from shared.store.workspaces.read import find_workspace, read_quota
from shared.store.workspaces.rows import WorkspaceRow

RATE_WORDS = {"rate_per_minute": "Messages a minute", "rate_burst": "Messages at once"}
FIELDS = (*RATE_WORDS, "retention_days")


async def show(visit: Visit) -> Response:
    """Show the plan with its models, slots, messages and rate."""
    return await _page(visit)


async def change_rate(visit: Visit) -> Response:
    """Say how many messages may come for all bots together; empty fields set no limit."""
    values = {name: visit.form.get(name, "") for name in RATE_WORDS}
    try:
        await update_workspace(
            visit.context.database,
            lambda before: read_rates(values, RATE_WORDS, before),
            workspace_id=visit.workspace_id,
            actor=visit.actor,
        )
    except AdminError as refusal:
        return await _page(visit, values, refusal)
    return go_to("/workspace", "rate-changed")


async def change_retention(visit: Visit) -> Response:
    """Say for how many days texts are kept; an empty field: for ever."""
    values = {"retention_days": visit.form.get("retention_days", "")}
    try:
        days = read_number(
            "retention_days", values["retention_days"], "Days that texts are kept", least=1, most=MOST_RETENTION_DAYS
        )
    except AdminError as refusal:
        return await _page(visit, values, refusal)
    await update_workspace(
        visit.context.database, lambda _: {"retention_days": days}, workspace_id=visit.workspace_id, actor=visit.actor
    )
    return go_to("/workspace", "retention-changed")


async def _page(visit: Visit, values: dict[str, str] | None = None, refusal: AdminError | None = None) -> Response:
    workspace = await _workspace(visit)
    month = month_of(visit.now)
    return render(
        visit,
        "workspace.html",
        200 if refusal is None else refusal.status,
        values={name: str(getattr(workspace, name) or "") for name in FIELDS} | (values or {}),
        refusal=refusal,
        workspace=workspace,
        quota=await read_quota(visit.context.database, workspace_id=visit.workspace_id, month=month),
        resets_at=resets_at(month),
        models=list(visit.context.catalogue.models.values()),
        can_upgrade=workspace.plan is not Plan.SCALE,
    )


async def _workspace(visit: Visit) -> WorkspaceRow:
    workspace = await find_workspace(visit.context.database, visit.workspace_id)
    assert workspace is not None  # the session names it
    return workspace


PAGES = [
    Page("/workspace", show),
    Page("/workspace/rate", change_rate, Role.ADMIN, "POST"),
    Page("/workspace/retention", change_retention, Role.ADMIN, "POST"),
]
