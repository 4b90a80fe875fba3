"""Find what a bot's documents say about a question: by its words, and by its meaning where the platform embeds texts."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from uuid import UUID

import structlog

from shared.domain.chat import Passage
from shared.domain.passage_search import Question
from shared.knowledge.fuse_ranks import fuse_ranks
from shared.knowledge.plan_search import plan_search
from shared.metrics import embedding_failures
from shared.providers.embeddings import Embedder, EmbeddingFailure, Vector
from shared.store.database import Database
from shared.store.documents.embeddings import find_nearest
from shared.store.documents.question import LONGEST_QUESTION, read_question
from shared.store.documents.search import search_passages
from shared.store.errors import StoreError, StoreUnavailableError

MOST_PASSAGES = 4
"""Four passages of 800 characters are about 800 tokens: help for the model, no burden."""
MOST_RANKED = 20
"""So far each ranking goes before the two are made one."""
MOST_COMPARED = 10_000
"""A question's vector is compared with each of a bot's, some microsecond each; of more than so many only with those of
the passages that words rank first."""
MOST_AMONG = 100
WITHOUT_VECTORS_SECONDS = 60.0
"""A database that holds no vectors is not asked again for so long."""
_log = structlog.get_logger()


async def find_passages(
    database: Database,
    *,
    bot_id: UUID,
    question: str,
    earlier: str = "",
    embedder: Embedder | None = None,
    limit: int = MOST_PASSAGES,
) -> tuple[Passage, ...]:
    """Return the passages of the bot's documents that are closest to the question, the closest first.

    `earlier`: what was asked before, which tells what "and how much is it?" means.
    """
    asked = partial(read_question, database, bot_id=bot_id, question=question, earlier=earlier)
    if embedder is None:
        return tuple(await _by_words(database, bot_id, await asked(), limit))
    (known, by_words), vector = await asyncio.gather(
        _asked_by_words(database, bot_id, asked), embedder.embed_question(question[-LONGEST_QUESTION:])
    )
    among = by_words if known.passages > MOST_COMPARED else None
    by_meaning = await _by_meaning(database, bot_id, vector, embedder, among)
    return tuple(fuse_ranks([by_words[:MOST_RANKED], by_meaning])[:limit])


async def _asked_by_words(
    database: Database, bot_id: UUID, asked: Callable[[], Awaitable[Question]]
) -> tuple[Question, list[Passage]]:
    known = await asked()
    return known, await _by_words(database, bot_id, known, MOST_AMONG)


async def _by_words(database: Database, bot_id: UUID, question: Question, limit: int) -> list[Passage]:
    search = plan_search(question)
    return [] if search is None else await search_passages(database, bot_id=bot_id, search=search, limit=limit)


async def _by_meaning(
    database: Database,
    bot_id: UUID,
    vector: Vector | EmbeddingFailure,
    embedder: Embedder,
    among: Sequence[Passage] | None,
) -> list[Passage]:
    """Return the nearest passages; none when no vector came in time, or this database holds no vectors."""
    if isinstance(vector, EmbeddingFailure):
        embedding_failures.labels("question", vector.value).inc()
        return []
    near = partial(find_nearest, database, bot_id=bot_id, model=embedder.name, vector=vector, limit=MOST_RANKED)
    try:
        return await near(among=among)
    except StoreUnavailableError:
        raise
    except StoreError as error:
        _log.warning("search_by_meaning_refused", error=str(error))
        embedding_failures.labels("question", "no_vectors").inc()
        embedder.be_quiet(WITHOUT_VECTORS_SECONDS)
        return []
