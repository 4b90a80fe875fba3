"""Index passages anew whose bot's language changed."""

from __future__ import annotations

from sqlalchemy import text

from shared.store.database import Database

REINDEX = text("SELECT reindex_passages(:at_most) AS passages")


async def reindex_passages(database: Database, *, at_most: int) -> int:
    """Index about so many passages anew, where a bot is waiting for it and nobody writes its passages; return how many."""
    (row,) = await database.call(REINDEX, at_most=at_most)
    return int(row.passages)
