"""Find what a bot's documents say about a question."""

from __future__ import annotations

from uuid import UUID

from shared.domain.chat import Passage
from shared.store.database import Database
from shared.store.documents.search import search_passages

MOST_PASSAGES = 4
"""Four passages of 800 characters are about 800 tokens: help for the model, no burden."""


async def find_passages(database: Database, *, bot_id: UUID, question: str) -> tuple[Passage, ...]:
    """Return the passages of the bot's documents that are closest to the question, the closest first."""
    return tuple(await search_passages(database, bot_id=bot_id, text=question, limit=MOST_PASSAGES))
