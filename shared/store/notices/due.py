"""Notices that somebody must ring."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import text

from shared.store.database import Database

DUE = text("SELECT due_notices(:seconds, :at_most) AS notice_id")
UNTRIED = text(
    "SELECT DISTINCT n.id FROM notices AS n JOIN notice_deliveries AS d ON d.notice_id = n.id "
    "WHERE n.key_id = :key_id AND d.status = 'pending' AND d.attempts = 0",
)


async def due_notices(database: Database, *, rung_before_seconds: float, limit: int) -> list[UUID]:
    """Return notices with a delivery that is due and was not rung for so long, each at most once in that time."""
    rows = await database.call(DUE, seconds=rung_before_seconds, at_most=limit)
    return [row.notice_id for row in rows]


async def untried_notices(database: Database, key_id: UUID) -> list[UUID]:
    """Return the key's notices that nobody has begun to deliver."""
    return [row.id for row in await database.call(UNTRIED, key_id=key_id)]
