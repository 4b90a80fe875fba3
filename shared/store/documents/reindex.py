"""Index passages anew whose bot's language changed."""

from __future__ import annotations

from sqlalchemy import text

from shared.store.database import Database

REINDEX = text("SELECT reindex_passages(:documents) AS passages")


async def reindex_passages(database: Database, *, documents: int) -> int:
    """Index the passages of at most so many documents, where a bot is waiting for it; return how many passages."""
    (row,) = await database.call(REINDEX, documents=documents)
    return int(row.passages)
