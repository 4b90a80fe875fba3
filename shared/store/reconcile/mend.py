"""Mend what drifted, a batch a transaction: it may be stopped at any time and run again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import groupby
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text

from shared.store.database import Database
from shared.store.reconcile.drift import Drift, DriftKind

TURNS_AT_ONCE: Final = 500
WORKSPACES_AT_ONCE: Final = 100


class Mending(StrEnum):
    """What one transaction sets right."""

    EVENTS = "events"
    DAY = "day"
    MONTH = "month"
    QUOTA = "quota"
    COUNTERS = "counters"


STATEMENTS: Final = {
    Mending.EVENTS: text("SELECT mend_events(CAST(:ids AS uuid[]))"),
    Mending.DAY: text("SELECT mend_usage_of_day(CAST(:ids AS uuid[]), :day)"),
    Mending.MONTH: text("SELECT mend_usage_of_month(CAST(:ids AS uuid[]), :day)"),
    Mending.QUOTA: text("SELECT mend_quota(:id, :day)"),
    Mending.COUNTERS: text("SELECT mend_counters(:id)"),
}
MENDINGS: Final = {
    DriftKind.TURN_WITHOUT_EVENT: Mending.EVENTS,
    DriftKind.EVENT_END: Mending.EVENTS,
    DriftKind.TURN_TOKENS: Mending.EVENTS,
    DriftKind.USAGE_DAILY: Mending.DAY,
    DriftKind.USAGE_DAILY_ALL_BOTS: Mending.DAY,
    DriftKind.USAGE_MARKS: Mending.DAY,
    DriftKind.USAGE_MONTHLY: Mending.MONTH,
    DriftKind.QUOTA: Mending.QUOTA,
    DriftKind.COUNTERS: Mending.COUNTERS,
}
"""What is not named here, no rule can set right: somebody has to look."""


@dataclass(frozen=True, slots=True)
class Batch:
    """One transaction's work: `ids` are turns for EVENTS, else workspaces; one of them for QUOTA and COUNTERS."""

    mending: Mending
    day: date | None
    ids: tuple[UUID, ...]


def batches_of(drifts: Sequence[Drift]) -> list[Batch]:
    """Return the work that these drifts make, events before the roll-ups that are made from them."""
    return [batch for mending in Mending for batch in _batches(mending, drifts)]


async def mend(database: Database, batch: Batch) -> None:
    """Set one batch right, in one transaction; what was right already stays as it is."""
    values: dict[str, Any] = {} if batch.day is None else {"day": batch.day}
    if batch.mending in (Mending.QUOTA, Mending.COUNTERS):
        values["id"] = batch.ids[0]
    else:
        values["ids"] = list(batch.ids)
    await database.call(STATEMENTS[batch.mending], **values)


def _batches(mending: Mending, drifts: Sequence[Drift]) -> Iterator[Batch]:
    own = [drift for drift in drifts if MENDINGS.get(drift.kind) is mending]
    if mending is Mending.EVENTS:
        turn_ids = sorted({turn_id for drift in own for turn_id in drift.turn_ids})
        yield from (Batch(mending, None, part) for part in _parts(turn_ids, TURNS_AT_ONCE))
        return
    size = WORKSPACES_AT_ONCE if mending in (Mending.DAY, Mending.MONTH) else 1
    places = sorted({(drift.day or date.min, drift.workspace_id) for drift in own})
    for day, of_day in groupby(places, key=lambda place: place[0]):
        ids = [workspace_id for _, workspace_id in of_day]
        yield from (Batch(mending, None if day == date.min else day, part) for part in _parts(ids, size))


def _parts(ids: Sequence[UUID], size: int) -> Iterator[tuple[UUID, ...]]:
    return (tuple(ids[start : start + size]) for start in range(0, len(ids), size))
