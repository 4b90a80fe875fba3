"""Find what a bot's documents say about a question."""

from __future__ import annotations

from uuid import UUID

from shared.domain.chat import Passage
from shared.knowledge.plan_search import plan_search
from shared.store.database import Database
from shared.store.documents.question import read_question
from shared.store.documents.search import search_passages

MOST_PASSAGES = 4
"""Four passages of 800 characters are about 800 tokens: help for the model, no burden."""


async def find_passages(
    database: Database, *, bot_id: UUID, question: str, limit: int = MOST_PASSAGES
) -> tuple[Passage, ...]:
    """Return the passages of the bot's documents that are closest to the question, the closest first."""
    search = plan_search(await read_question(database, bot_id=bot_id, question=question))
    if search is None:
        return ()
    return tuple(await search_passages(database, bot_id=bot_id, search=search, limit=limit))
