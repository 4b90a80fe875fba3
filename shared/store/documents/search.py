"""Find the passages that speak of a question, by PostgreSQL's full-text search."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import text

from shared.domain.chat import Passage
from shared.store.database import Database

# any of the question's words may match: plainto_tsquery joins them by "and", we want "or"
SEARCH = text(
    "WITH asked AS (SELECT replace(plainto_tsquery('english', :question)::text, '&', '|')::tsquery AS words) "
    "SELECT title, text FROM passages, asked WHERE bot_id = :bot_id AND passages.words @@ asked.words "
    "ORDER BY ts_rank(passages.words, asked.words) DESC, document_id, ordinal LIMIT :at_most",
)


async def search_passages(database: Database, *, bot_id: UUID, text: str, limit: int) -> list[Passage]:
    """Return the bot's passages that share words with the text, the closest first."""
    rows = await database.call(SEARCH, bot_id=bot_id, question=text, at_most=limit)
    return [Passage(title=row.title, text=row.text) for row in rows]
