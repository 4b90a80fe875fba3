"""The first page: is everything well, how much of the month is used, what failed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.responses import Response

from services.dashboard.alerts import key_alerts
from services.dashboard.pages.page import Page
from services.dashboard.pages.render import bare_page, render
from services.dashboard.signing_in.visit import Visit
from shared.domain.months import month_of, resets_at
from shared.domain.quota_warning import quota_warning
from shared.domain.turn_status import TurnStatus
from shared.store.keys.read import list_keys
from shared.store.turns.fact_rows import Place, TurnFacts
from shared.store.turns.facts import list_failed_turns
from shared.store.usage.read import read_usage, usage_as_of
from shared.store.workspaces.read import read_quota

DAYS = 30
FAILURES_SHOWN = 8
BEHIND = timedelta(seconds=10)
"""Figures younger than that are called fresh: a turn that has just ended is counted within a second or so."""
WHOLE_RING = 100
"""The ring's length in its own units, so that a dash of 37 is 37 %."""


async def show(visit: Visit) -> Response:
    """Show the workspace at a glance; eight queries, whatever it holds."""
    return render(visit, "overview.html", **await _glance(visit))


async def now(visit: Visit) -> Response:
    """Return what changes by itself, for the page that keeps itself fresh."""
    return bare_page("overview_now.html", visit=visit, now=visit.now, **await _glance(visit))


async def _glance(visit: Visit) -> dict[str, Any]:
    today = visit.now.date()
    first_day = today - timedelta(days=DAYS - 1)
    usage = await read_usage(
        visit.context.database,
        workspace_id=visit.workspace_id,
        from_day=first_day,
        to_day=today,
        group_by=["day"],
    )
    as_of = await usage_as_of(visit.context.database, visit.workspace_id)
    return {
        "alerts": await key_alerts(visit.context, visit.workspace_id),
        "keys": await list_keys(visit.context.database, visit.workspace_id),
        "quota": await _quota(visit),
        "totals": _totals(usage),
        "failures": await _failures(visit),
        "retirements": _retirements(visit),
        "model_names": {model.id: model.name for model in visit.context.catalogue.models.values()},
        "as_of": as_of,
        "is_behind": visit.now - as_of > BEHIND,
        "days": DAYS,
        "first_day": first_day,
    }


async def _quota(visit: Visit) -> dict[str, Any]:
    month = month_of(visit.now)
    row = await read_quota(visit.context.database, workspace_id=visit.workspace_id, month=month)
    renewed_at = resets_at(month)
    return {
        "used": row.used,
        "limit": row.limit,
        "remaining": max(row.limit - row.used, 0),
        "percent": min(round(row.used * WHOLE_RING / row.limit) if row.limit else WHOLE_RING, WHOLE_RING),
        "resets_at": renewed_at,
        "warning": quota_warning(row.used, row.limit, renewed_at),
    }


def _totals(usage: list[dict[str, Any]]) -> dict[str, int]:
    names = ("turns", "failed_turns", "cancelled_turns", "input_tokens", "output_tokens")
    return {name: sum(row[name] for row in usage) for name in names}


async def _failures(visit: Visit) -> list[TurnFacts]:
    return await list_failed_turns(
        visit.context.database,
        workspace_id=visit.workspace_id,
        status=TurnStatus.FAILED,
        from_at=visit.now - timedelta(days=DAYS),
        before=Place(datetime.max.replace(tzinfo=UTC), 0),
        limit=FAILURES_SHOWN,
    )


def _retirements(visit: Visit) -> list[str]:
    models = visit.context.catalogue.allowed(visit.plan)
    warnings = (model.retirement_warning(visit.now.date()) for model in models)
    return [warning for warning in warnings if warning is not None]


PAGES = [Page("/", show), Page("/overview/now", now)]
