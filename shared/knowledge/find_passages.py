"""Find what a bot's documents say about a question: by its words, and by its meaning where the platform embeds texts."""

from __future__ import annotations

import asyncio
from functools import partial
from uuid import UUID

from shared.domain.chat import Passage
from shared.domain.passage_search import Question
from shared.knowledge.fuse_ranks import fuse_ranks
from shared.knowledge.plan_search import plan_search
from shared.knowledge.search_by_meaning import MOST_RANKED, MeaningSearch
from shared.providers.embeddings import Embedder
from shared.store.batcher import Batcher
from shared.store.database import Database
from shared.store.documents.question import LONGEST_QUESTION, BotQuestion, read_questions
from shared.store.documents.search import BotSearch, search_passages

MOST_PASSAGES = 4
"""Four passages of 800 characters are about 800 tokens: help for the model, no burden."""
MOST_COMPARED = 10_000
"""A question's vector is compared with each of a bot's, some microsecond each; of more than so many only with those of
the passages that words rank first."""
MOST_AMONG = 100
MOST_AT_ONCE = 16
"""A question to a bot of 50,000 passages takes some milliseconds, and those in its statement wait for it."""
FLUSHES_AT_ONCE = 2


class PassageFinder:
    """Finds passages; what many turns ask in the same instant, of whichever bots, are two statements together."""

    def __init__(self, database: Database, embedder: Embedder | None = None) -> None:
        self._meaning = None if embedder is None else MeaningSearch(database, embedder)
        self._questions = Batcher(
            partial(read_questions, database), max_size=MOST_AT_ONCE, max_in_flight=FLUSHES_AT_ONCE
        )
        self._searches = Batcher(
            partial(search_passages, database), max_size=MOST_AT_ONCE, max_in_flight=FLUSHES_AT_ONCE
        )

    async def find(
        self, *, bot_id: UUID, question: str, earlier: str = "", limit: int = MOST_PASSAGES
    ) -> tuple[Passage, ...]:
        """Return the passages of the bot's documents that are closest to the question, the closest first.

        `earlier`: what was asked before, which tells what "and how much is it?" means.
        """
        asked = BotQuestion(bot_id, question, earlier)
        if self._meaning is None:
            _, by_words = await self._by_words(asked, limit)
            return tuple(by_words)
        (known, by_words), vector = await asyncio.gather(
            self._by_words(asked, MOST_AMONG), self._meaning.vector_of(bot_id, question[-LONGEST_QUESTION:])
        )
        among = by_words if known.passages > MOST_COMPARED else None
        by_meaning = await self._meaning.nearest(bot_id, vector, among)
        return tuple(fuse_ranks([by_words[:MOST_RANKED], by_meaning])[:limit])

    async def close(self) -> None:
        """Wait for the searches that are under way."""
        await self._questions.close()
        await self._searches.close()

    async def _by_words(self, asked: BotQuestion, limit: int) -> tuple[Question, list[Passage]]:
        known = await self._questions.submit(asked)
        search = plan_search(known)
        if search is None:
            return known, []
        return known, await self._searches.submit(BotSearch(asked.bot_id, search, limit))
