"""What the sweeper finds and sets right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from shared.domain.error_types import ErrorType
from shared.domain.turn_result import TurnError
from shared.store.database import Database
from shared.store.turns.json_fields import error_text

RING_UNCLAIMED = text("SELECT * FROM ring_unclaimed(:seconds, :at_most) AS id")
END_LAPSED = text("SELECT * FROM end_lapsed_leases(:at_most, :error)")
EXPIRE = text("SELECT * FROM expire_overdue(:at_most, :error)")
PROMOTE_DUE = text("SELECT promote_due(:at_most) AS promoted")

CRASHED = TurnError(
    type=ErrorType.WORKER_CRASHED,
    reason="Three workers in a row stopped in the middle of this turn; retry it by hand or tell support.",
    retryable=True,
)
EXPIRED = TurnError(
    type=ErrorType.EXPIRED,
    reason="The turn's deadline passed before it could be answered; retry it by hand.",
    retryable=True,
)


@dataclass(frozen=True, slots=True)
class SweptTurns:
    """Turns to be rung, and turns that the sweep ended."""

    to_ring: tuple[UUID, ...]
    ended: tuple[UUID, ...] = ()


async def ring_unclaimed(database: Database, *, unclaimed_seconds: float, limit: int) -> list[UUID]:
    """Return ready turns that nobody claimed for a while, each at most once in that while."""
    rows = await database.call(RING_UNCLAIMED, seconds=unclaimed_seconds, at_most=limit)
    return [row.id for row in rows]


async def end_lapsed_leases(database: Database, *, limit: int) -> SweptTurns:
    """Give the turns of silent workers to others; the third crash of a turn is its end."""
    return _swept(await database.call(END_LAPSED, at_most=limit, error=error_text(CRASHED)))


async def expire_overdue(database: Database, *, limit: int) -> SweptTurns:
    """End turns whose deadline passed before a worker took them."""
    return _swept(await database.call(EXPIRE, at_most=limit, error=error_text(EXPIRED)))


async def promote_due(database: Database, *, limit: int) -> SweptTurns:
    """Make due retries compete for slots again, and fill slots that stand free."""
    (row,) = await database.call(PROMOTE_DUE, at_most=limit)
    return SweptTurns(to_ring=tuple(row.promoted))


def _swept(rows: Sequence[Row[Any]]) -> SweptTurns:
    (row,) = rows
    return SweptTurns(to_ring=tuple(row.o_to_ring), ended=tuple(row.o_ended))
