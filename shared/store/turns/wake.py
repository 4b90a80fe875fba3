"""Let turns go on that waited for room under their key's limit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text

from shared.store.database import Database

WAKE = text("SELECT * FROM wake_for_room(CAST(:key_ids AS uuid[]), CAST(:calls AS integer[]))")


@dataclass(frozen=True, slots=True)
class Woken:
    """Turns to be rung, and the keys for which no turn waited."""

    promoted: tuple[UUID, ...]
    idle_keys: frozenset[UUID]


async def wake_for_room(database: Database, room: Mapping[UUID, int]) -> Woken:
    """Let the next turns of each key go on, as many as it has room for; those that find no slot stay in line."""
    (row,) = await database.call(WAKE, key_ids=list(room), calls=list(room.values()))
    return Woken(tuple(row.o_promoted), frozenset(row.o_idle_keys))
