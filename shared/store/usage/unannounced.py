"""Usage events that nobody counted for a while."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import text

from shared.store.database import Database

UNANNOUNCED = text("SELECT * FROM unannounced_usage(:seconds, :at_most)")


async def unannounced_usage(database: Database, *, older_than_seconds: float, limit: int) -> list[tuple[UUID, int]]:
    """Return (turn id, attempt) of uncounted events, each at most once in that time."""
    rows = await database.call(UNANNOUNCED, seconds=older_than_seconds, at_most=limit)
    return [(row.o_turn_id, row.o_attempt) for row in rows]
