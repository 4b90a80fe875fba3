"""Cancel a turn wherever it stands."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from sqlalchemy import text

from shared.store.database import Database

CANCEL = text("SELECT * FROM cancel_turn(:bot_id, :turn_id)")


class CancelCode(StrEnum):
    """What cancel answers."""

    CANCELLED = "cancelled"
    ALREADY_CANCELLED = "already_cancelled"
    ENDED = "ended"
    NOT_FOUND = "not_found"


@dataclass(frozen=True, slots=True)
class CancelResult:
    """The answer, and the turns that became ready by it (to be rung)."""

    code: CancelCode
    promoted: tuple[UUID, ...] = ()


async def cancel_turn(database: Database, *, bot_id: UUID, turn_id: UUID) -> CancelResult:
    """End the turn as cancelled; its message is given back unless the provider call had begun."""
    (row,) = await database.call(CANCEL, bot_id=bot_id, turn_id=turn_id)
    return CancelResult(CancelCode(row.o_code), tuple(row.o_promoted))
