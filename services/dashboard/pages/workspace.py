"""The page of the workspace: its plan and what that allows."""

from __future__ import annotations

from starlette.responses import Response

from services.dashboard.pages.page import Page
from services.dashboard.pages.render import render
from services.dashboard.signing_in.visit import Visit
from shared.domain.months import month_of, resets_at
from shared.domain.plans import Plan
from shared.store.workspaces.read import find_workspace, read_quota


async def show(visit: Visit) -> Response:
    """Show the plan with its models, slots and messages."""
    workspace = await find_workspace(visit.context.database, visit.workspace_id)
    assert workspace is not None  # the session names it
    month = month_of(visit.now)
    return render(
        visit,
        "workspace.html",
        workspace=workspace,
        quota=await read_quota(visit.context.database, workspace_id=visit.workspace_id, month=month),
        resets_at=resets_at(month),
        models=list(visit.context.catalogue.models.values()),
        can_upgrade=workspace.plan is not Plan.SCALE,
    )


PAGES = [Page("/workspace", show)]
