"""Which of a bot's passages are nearest to a question's meaning, and who is not asked again for a while after a failure."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import structlog

from shared.clock import monotonic_seconds
from shared.domain.chat import Passage
from shared.domain.embedding_failure import EmbeddingFailure
from shared.metrics import embedding_failures
from shared.providers.embeddings import Embedder, Vector
from shared.store.database import Database
from shared.store.documents.embeddings import find_nearest, has_vectors
from shared.store.errors import StoreError, StoreUnavailableError

MOST_RANKED = 20
"""So far each ranking goes before the two are made one."""
QUIET_SECONDS = 60.0
"""So long no vector is asked for that could be compared with nothing: of one bot whose vectors PostgreSQL refuses to
compare, of all where its database holds none."""
_log = structlog.get_logger()


class MeaningSearch:
    """Ranks passages by their vectors; whatever fails leaves a question to its words."""

    def __init__(self, database: Database, embedder: Embedder) -> None:
        self._database = database
        self._embedder = embedder
        self._quiet_until: dict[UUID, float] = {}

    async def vector_of(self, bot_id: UUID, question: str) -> Vector | EmbeddingFailure:
        """Return the question's vector, or why there is none."""
        if monotonic_seconds() < self._quiet_until.get(bot_id, 0.0):
            return EmbeddingFailure.QUIET
        return await self._embedder.embed_question(question)

    async def nearest(
        self, bot_id: UUID, vector: Vector | EmbeddingFailure, among: Sequence[Passage] | None
    ) -> list[Passage]:
        """Return the nearest of all passages, or of those `among`; none when no vector came or none can be compared."""
        if isinstance(vector, EmbeddingFailure):
            embedding_failures.labels("question", vector.value).inc()
            return []
        try:
            return await find_nearest(
                self._database,
                bot_id=bot_id,
                model=self._embedder.name,
                vector=vector,
                limit=MOST_RANKED,
                among=among,
            )
        except StoreUnavailableError:
            raise
        except StoreError as error:
            _log.warning("search_by_meaning_refused", bot_id=str(bot_id), error=str(error))
            await self._be_quiet(bot_id)
            return []

    async def _be_quiet(self, bot_id: UUID) -> None:
        """Keep quiet about this bot alone, unless the database holds nobody's vectors."""
        if not await has_vectors(self._database):
            embedding_failures.labels("question", "no_vectors").inc()
            self._embedder.be_quiet(QUIET_SECONDS)
            return
        embedding_failures.labels("question", "vectors_refused").inc()
        now = monotonic_seconds()
        still = {bot: until for bot, until in self._quiet_until.items() if until > now}
        self._quiet_until = still | {bot_id: now + QUIET_SECONDS}
