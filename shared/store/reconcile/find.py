"""Find drift between turns, usage events, roll-ups, quota and counters; changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, text

from shared.store.database import Database
from shared.store.reconcile.drift import Drift, DriftKind

MONTHS = text("""
    SELECT generate_series(
        date_trunc('month', coalesce(CAST(:since AS date), least(
            (SELECT min(day) FROM usage_events), (SELECT min(day) FROM usage_daily), (SELECT min(month) FROM quota)
        ))), greatest(
            date_trunc('month', now() AT TIME ZONE 'UTC'), (SELECT max(month) FROM quota),
            date_trunc('month', (SELECT max(day) FROM usage_events))
        ), interval '1 month'
    )::date AS month
""")
UNCOUNTED = text("""
    SELECT count(*) AS events FROM usage_events
    WHERE counted_revision < revision
        AND (CAST(:workspaces AS uuid[]) IS NULL OR workspace_id = ANY (CAST(:workspaces AS uuid[])))
""")


class Comparison(StrEnum):
    """What one look compares."""

    EVENTS = "turns and usage events"
    USAGE = "usage events and roll-ups"
    QUOTA = "turns and quota"
    COUNTERS = "turns and counters"


STATEMENTS: Final = {
    Comparison.EVENTS: text("SELECT * FROM find_event_drift(CAST(:workspaces AS uuid[]), :first, :last)"),
    Comparison.USAGE: text("SELECT * FROM find_usage_drift(CAST(:workspaces AS uuid[]), :first, :last)"),
    Comparison.QUOTA: text("SELECT * FROM find_quota_drift(CAST(:workspaces AS uuid[]), :first)"),
    Comparison.COUNTERS: text("SELECT * FROM find_counter_drift(CAST(:workspaces AS uuid[]))"),
}


@dataclass(frozen=True, slots=True)
class Look:
    """One comparison over one month, by its first day; of the present where `month` is None."""

    comparison: Comparison
    month: date | None = None


async def plan_looks(database: Database, *, since: date | None) -> list[Look]:
    """Return what has to be looked at from the month of that day on, or from the beginning."""
    months = [row.month for row in await database.call(MONTHS, since=since)]
    by_month = (Comparison.EVENTS, Comparison.USAGE, Comparison.QUOTA)
    return [Look(comparison, month) for month in months for comparison in by_month] + [Look(Comparison.COUNTERS)]


async def find_drift(database: Database, look: Look, *, workspaces: Sequence[UUID] | None) -> list[Drift]:
    """Return what disagrees, at one instant; `workspaces` None: of all of them."""
    values: dict[str, Any] = {"workspaces": None if workspaces is None else list(workspaces)}
    if look.month is not None:
        values["first"] = look.month
        if look.comparison is not Comparison.QUOTA:
            values["last"] = last_of_month(look.month)
    return [_drift(row) for row in await database.call(STATEMENTS[look.comparison], **values)]


async def count_uncounted(database: Database, *, workspaces: Sequence[UUID] | None) -> int:
    """Return how many usage events wait for the ledger: they are no drift."""
    (row,) = await database.call(UNCOUNTED, workspaces=None if workspaces is None else list(workspaces))
    return int(row.events)


def last_of_month(first: date) -> date:
    """Return the last day of the month that begins on this one."""
    return (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def _drift(row: Row[Any]) -> Drift:
    differs = {name: int(figure) for name, figure in row.o_differs.items() if figure}
    return Drift(DriftKind(row.o_kind), row.o_workspace_id, row.o_day, differs, tuple(row.o_turn_ids or ()))
