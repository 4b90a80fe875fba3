"""Give passages their vectors, whenever they came and whenever the server of vectors was away."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import structlog

from shared.domain.chat import Passage
from shared.domain.embedding_failure import EmbeddingFailure
from shared.metrics import embedding_failures, passages_embedded
from shared.providers.embeddings import Embedder, Vector
from shared.store.database import Database
from shared.store.documents.embeddings import (
    Embedding,
    embedding_alone,
    has_vectors,
    keep_embeddings,
    read_passages_without_embedding,
)
from shared.store.errors import StoreError

PASSAGES_AT_ONCE = 64
"""Some 50,000 characters a request: well below what servers take."""
BATCH_SECONDS = 30.0
IDLE_SECONDS = 2.0
PATIENCE_SECONDS = 15.0
NO_VECTORS = "embeddings_off_without_pgvector"
_log = structlog.get_logger()


async def embed_passages(database: Database, embedder: Embedder) -> int | EmbeddingFailure:
    """Give a batch of passages their vectors; return how many, 0 when none is without, or why there are none.

    Of several processes one works, because vectors cost money; the others return 0. It may stop anywhere: what has no
    vector is found again.
    """
    async with embedding_alone(database) as is_alone:
        return await _embed_batch(database, embedder) if is_alone else 0


async def _embed_batch(database: Database, embedder: Embedder) -> int | EmbeddingFailure:
    passages = await read_passages_without_embedding(database, model=embedder.name, limit=PASSAGES_AT_ONCE)
    if not passages:
        return 0
    vectors = await _vectors_of(passages, embedder)
    if isinstance(vectors, EmbeddingFailure):
        return vectors
    embeddings = [
        Embedding(passage.document_id, passage.ordinal, vector)
        for passage, vector in zip(passages, vectors, strict=True)
        if passage.document_id is not None
    ]
    await keep_embeddings(database, embeddings, model=embedder.name)
    passages_embedded.inc(sum(one.vector is not None for one in embeddings))
    return len(embeddings)


async def _vectors_of(passages: Sequence[Passage], embedder: Embedder) -> Sequence[Vector | None] | EmbeddingFailure:
    """Return a vector for each passage, None for one that the server will not take; or why there are none at all."""
    texts = [f"{passage.title}\n{passage.text}" for passage in passages]
    vectors = await embedder.embed(texts, timeout_seconds=BATCH_SECONDS)
    if not isinstance(vectors, EmbeddingFailure):
        return vectors
    embedding_failures.labels("passages", vectors.value).inc()
    if vectors.is_of_the_server:
        return vectors
    alone: list[Vector | None] = []
    for text in texts:
        one = await embedder.embed([text], timeout_seconds=BATCH_SECONDS)
        if isinstance(one, EmbeddingFailure) and one.is_of_the_server:
            return one
        alone.append(None if isinstance(one, EmbeddingFailure) else one[0])
    # it takes none at all: a wrong model is mended by the operator, not by giving up passages
    return alone if any(alone) else vectors


async def embed_always(database: Database, embedder: Embedder) -> None:
    """Embed what comes until it is cancelled; where the database holds no vectors, say so once and do nothing."""
    while True:
        try:
            if not await has_vectors(database):
                _log.warning(NO_VECTORS, fix="Install pgvector on the PostgreSQL server and run `mevichat migrate`.")
                return
            embedded = await embed_passages(database, embedder)
        except StoreError as error:
            _log.warning("embedding_without_postgresql", error=str(error))
            embedded = EmbeddingFailure.CONNECTION
        if isinstance(embedded, EmbeddingFailure):
            _log.warning("passages_not_embedded", reason=embedded.value)
        await asyncio.sleep(_pause_after(embedded))


def _pause_after(embedded: int | EmbeddingFailure) -> float:
    if isinstance(embedded, EmbeddingFailure):
        return PATIENCE_SECONDS
    return 0.0 if embedded == PASSAGES_AT_ONCE else IDLE_SECONDS
