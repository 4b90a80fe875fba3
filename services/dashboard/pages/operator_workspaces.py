"""An operator's pages of workspaces: all of them by name, and one with its keys, failures, plan and limits."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from starlette.responses import Response

from services.dashboard.errors import AdminError
from services.dashboard.pages.operator_limits import read_limits, read_plan
from services.dashboard.pages.page import Page
from services.dashboard.pages.render import go_to, render, render_problem
from services.dashboard.signing_in.visit import Visit
from shared.domain.months import month_of, resets_at
from shared.domain.plans import Plan
from shared.domain.roles import Role
from shared.domain.text_rules import storable_text
from shared.domain.turn_status import TurnStatus
from shared.store.keys.read import list_keys
from shared.store.operators.rows import WorkspaceOverview
from shared.store.operators.workspaces import BEFORE_ALL, list_workspaces_named
from shared.store.turns.fact_rows import Place, TurnFacts
from shared.store.turns.facts import list_failed_turns
from shared.store.usage.read import read_usage
from shared.store.workspaces.change import set_limits, set_plan
from shared.store.workspaces.read import find_workspace, read_quota
from shared.store.workspaces.rows import WorkspaceRow

PAGE = 50
DAYS = 7
FAILURES_SHOWN = 20
NOT_FOUND = 404
NO_SUCH_WORKSPACE = "There is no such workspace."


async def show_all(visit: Visit) -> Response:
    """List workspaces by name; `?name=` those whose name begins so, `?after=` those behind a workspace."""
    prefix = storable_text(visit.query("name"))
    last = await _find(visit, visit.query("after"))
    after = (last.name, last.workspace_id) if last else ("", BEFORE_ALL)
    rows = await list_workspaces_named(
        visit.context.database, prefix, month=month_of(visit.now), limit=PAGE + 1, after=after
    )
    return render(
        visit,
        "operator_workspaces.html",
        rows=rows[:PAGE],
        name=prefix,
        is_later_page=last is not None,
        next_after=_next_after(rows),
    )


async def show(visit: Visit) -> Response:
    """Show one workspace: six queries, whatever it holds."""
    workspace = await _find(visit, visit.request.path_params["id"])
    if workspace is None:
        return render_problem(visit, NOT_FOUND, NO_SUCH_WORKSPACE)
    month, database = month_of(visit.now), visit.context.database
    return render(
        visit,
        "operator_workspace.html",
        workspace=workspace,
        quota=await read_quota(database, workspace_id=workspace.workspace_id, month=month),
        resets_at=resets_at(month),
        keys=await list_keys(database, workspace.workspace_id),
        totals=await _totals(visit, workspace.workspace_id),
        failures=await _failures(visit, workspace.workspace_id),
        days=DAYS,
    )


async def plan(visit: Visit) -> Response:
    """Show the form that moves a workspace to another plan."""
    return await _with_workspace(visit, "operator_plan.html")


async def change_plan(visit: Visit) -> Response:
    """Move the workspace to a plan, with that plan's slots and messages."""
    workspace = await _find(visit, visit.request.path_params["id"])
    if workspace is None:
        return render_problem(visit, NOT_FOUND, NO_SUCH_WORKSPACE)
    try:
        chosen = read_plan(visit.form)
    except AdminError as refusal:
        return _form(visit, "operator_plan.html", workspace, refusal)
    await set_plan(
        visit.context.database,
        workspace_id=workspace.workspace_id,
        plan=chosen,
        actor=visit.actor,
        slots=visit.context.settings.slots_of(chosen),
        message_limit=visit.context.settings.monthly_messages_of(chosen),
    )
    return go_to(f"/operator/workspaces/{workspace.workspace_id}", "plan-changed")


async def limits(visit: Visit) -> Response:
    """Show the form that sets slots and monthly messages."""
    return await _with_workspace(visit, "operator_limits.html")


async def change_limits(visit: Visit) -> Response:
    """Set the workspace's slots and monthly messages; the sweeper lets in whoever waits."""
    workspace = await _find(visit, visit.request.path_params["id"])
    if workspace is None:
        return render_problem(visit, NOT_FOUND, NO_SUCH_WORKSPACE)
    try:
        chosen = read_limits(visit.form)
    except AdminError as refusal:
        return _form(visit, "operator_limits.html", workspace, refusal)
    await set_limits(
        visit.context.database,
        workspace_id=workspace.workspace_id,
        slots=chosen.slots,
        message_limit=chosen.message_limit,
        actor=visit.actor,
    )
    return go_to(f"/operator/workspaces/{workspace.workspace_id}", "limits-changed")


async def _with_workspace(visit: Visit, template: str) -> Response:
    workspace = await _find(visit, visit.request.path_params["id"])
    if workspace is None:
        return render_problem(visit, NOT_FOUND, NO_SUCH_WORKSPACE)
    return _form(visit, template, workspace)


def _form(visit: Visit, template: str, workspace: WorkspaceRow, refusal: AdminError | None = None) -> Response:
    """Show a form about the workspace; after a refusal with what was typed, at first with what is."""
    now = {"plan": workspace.plan.value, "slots": workspace.slots, "message_limit": workspace.message_limit}
    settings = visit.context.settings
    plans = [(each, settings.slots_of(each), settings.monthly_messages_of(each)) for each in Plan]
    status = 200 if refusal is None else refusal.status
    return render(visit, template, status, workspace=workspace, plans=plans, values=now | visit.form, refusal=refusal)


async def _find(visit: Visit, text: str) -> WorkspaceRow | None:
    try:
        return await find_workspace(visit.context.database, UUID(text))
    except ValueError:
        return None


async def _totals(visit: Visit, workspace_id: UUID) -> dict[str, int]:
    today = visit.now.date()
    (row,) = await read_usage(
        visit.context.database,
        workspace_id=workspace_id,
        from_day=today - timedelta(days=DAYS - 1),
        to_day=today,
        group_by=[],
    )
    return row


async def _failures(visit: Visit, workspace_id: UUID) -> list[TurnFacts]:
    return await list_failed_turns(
        visit.context.database,
        workspace_id=workspace_id,
        status=TurnStatus.FAILED,
        from_at=visit.now - timedelta(days=DAYS),
        before=Place(datetime.max.replace(tzinfo=UTC), 0),
        limit=FAILURES_SHOWN,
    )


def _next_after(rows: list[WorkspaceOverview]) -> str | None:
    return str(rows[PAGE - 1].workspace_id) if len(rows) > PAGE else None


PAGES = [
    Page("/operator", show_all, Role.OPERATOR),
    Page("/operator/workspaces/{id}", show, Role.OPERATOR),
    Page("/operator/workspaces/{id}/plan", plan, Role.OPERATOR),
    Page("/operator/workspaces/{id}/plan", change_plan, Role.OPERATOR, "POST"),
    Page("/operator/workspaces/{id}/limits", limits, Role.OPERATOR),
    Page("/operator/workspaces/{id}/limits", change_limits, Role.OPERATOR, "POST"),
]
