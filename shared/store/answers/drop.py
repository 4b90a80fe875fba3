"""Delete kept answers: those whose time is over, those beyond a workspace's share, those of a bot."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.store.database import Database

OVER = text("SELECT drop_answers_that_are_over(:at_most) AS dropped")
BEYOND = text("SELECT drop_answers_beyond(:per_workspace, :at_most) AS dropped")
OF_BOT = text("DELETE FROM kept_answers WHERE workspace_id = :workspace_id AND bot_id = :bot_id")


async def drop_answers_that_are_over(database: Database, *, limit: int) -> int:
    """Delete answers that are kept no longer, at most so many; return how many."""
    (row,) = await database.call(OVER, at_most=limit)
    return int(row.dropped)


async def drop_answers_beyond(database: Database, *, per_workspace: int, limit: int) -> int:
    """Delete the oldest answers of each workspace that keeps more than its share; return how many."""
    (row,) = await database.call(BEYOND, per_workspace=per_workspace, at_most=limit)
    return int(row.dropped)


async def drop_answers_of(connection: AsyncConnection, *, workspace_id: UUID, bot_id: UUID) -> None:
    """Delete all that is kept for a bot, within a transaction that changes it."""
    await connection.execute(OF_BOT, {"workspace_id": workspace_id, "bot_id": bot_id})
