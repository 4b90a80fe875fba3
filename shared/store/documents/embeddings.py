"""Vectors of passages: which are missing, keeping them, and the nearest to a question."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text

from shared.domain.chat import Passage
from shared.store.database import Database

EMBEDDING_LOCK = 7_348_202
"""An arbitrary advisory lock number: who embeds passages holds it."""
# the transaction stands idle while vectors are made: no server setting may end it for that
ALONE = text(
    "SELECT pg_try_advisory_xact_lock(:number) AS is_alone, "
    "set_config('idle_in_transaction_session_timeout', '0', true)",
)
# three looks into one index: a model that changed makes every vector a missing one
MISSING = text(
    "SELECT p.document_id, p.ordinal, p.title, p.text FROM ("
    "(SELECT document_id, ordinal FROM passage_embeddings WHERE embedded_with IS NULL LIMIT :at_most) UNION ALL "
    "(SELECT document_id, ordinal FROM passage_embeddings WHERE embedded_with < :model LIMIT :at_most) UNION ALL "
    "(SELECT document_id, ordinal FROM passage_embeddings WHERE embedded_with > :model LIMIT :at_most)"
    ") AS m JOIN passages AS p USING (document_id, ordinal) LIMIT :at_most",
)
KEEP = text(
    "UPDATE passage_embeddings AS e SET embedded_with = :model, embedding = CAST(v.vector AS halfvec) "
    "FROM unnest(CAST(:document_ids AS uuid[]), CAST(:ordinals AS integer[]), CAST(:vectors AS text[])) "
    "AS v (document_id, ordinal, vector) WHERE e.document_id = v.document_id AND e.ordinal = v.ordinal",
)
# a query of its own is read once, a parameter for each row
ASKED = "(SELECT CAST(CAST(:vector AS text) AS halfvec))"
NEAREST = text(
    "SELECT n.document_id, n.ordinal, p.title, p.text FROM ("
    f"SELECT document_id, ordinal, embedding <=> {ASKED} AS distance "
    # of a bot by its own index alone: nearly all its vectors are of one model
    "FROM passage_embeddings WHERE bot_id = :bot_id AND embedded_with IS NOT DISTINCT FROM CAST(:model AS text) "
    "AND embedding IS NOT NULL "
    "ORDER BY distance, document_id, ordinal LIMIT :at_most"
    ") AS n JOIN passages AS p USING (document_id, ordinal) ORDER BY n.distance, n.document_id, n.ordinal",
)
NEAREST_AMONG = text(
    "SELECT p.document_id, p.ordinal, p.title, p.text "
    "FROM unnest(CAST(:document_ids AS uuid[]), CAST(:ordinals AS integer[])) AS a (document_id, ordinal) "
    "JOIN passage_embeddings AS e USING (document_id, ordinal) JOIN passages AS p USING (document_id, ordinal) "
    "WHERE e.bot_id = :bot_id AND e.embedded_with = :model AND e.embedding IS NOT NULL "
    f"ORDER BY e.embedding <=> {ASKED}, document_id, ordinal LIMIT :at_most",
)
HAS_VECTORS = text(
    "SELECT count(*) > 0 AS has_vectors FROM pg_attribute WHERE attrelid = 'passage_embeddings'::regclass "
    "AND attname = 'embedding' AND NOT attisdropped",
)


@dataclass(frozen=True, slots=True)
class Embedding:
    """A passage's vector; None for one that the server will not take, so that it is not asked for again."""

    document_id: UUID
    ordinal: int
    vector: Sequence[float] | None


async def has_vectors(database: Database) -> bool:
    """Tell whether this database can hold vectors: its server has pgvector, as it was migrated last."""
    (row,) = await database.call(HAS_VECTORS)
    return bool(row.has_vectors)


@asynccontextmanager
async def embedding_alone(database: Database) -> AsyncIterator[bool]:
    """Tell whether nobody else embeds passages, of all processes, and keep it so until the block ends.

    It takes a connection for as long, but no row and no snapshot: nobody waits for it.
    """
    async with database.transaction() as connection:
        yield bool((await connection.execute(ALONE, {"number": EMBEDDING_LOCK})).one().is_alone)


async def read_passages_without_embedding(database: Database, *, model: str, limit: int) -> list[Passage]:
    """Return passages that have no vector of this model."""
    rows = await database.call(MISSING, model=model, at_most=limit)
    return [Passage(row.title, row.text, row.document_id, row.ordinal) for row in rows]


async def keep_embeddings(database: Database, embeddings: Sequence[Embedding], *, model: str) -> None:
    """Keep vectors; those of passages that are gone are dropped, and doing it twice does no harm."""
    await database.call(
        KEEP,
        model=model,
        document_ids=[one.document_id for one in embeddings],
        ordinals=[one.ordinal for one in embeddings],
        vectors=[None if one.vector is None else _text_of(one.vector) for one in embeddings],
    )


async def find_nearest(
    database: Database,
    *,
    bot_id: UUID,
    model: str,
    vector: Sequence[float],
    limit: int,
    among: Sequence[Passage] | None = None,
) -> list[Passage]:
    """Return the bot's passages whose vectors are nearest to this one, the nearest first; of all, or of those `among`."""
    values = {"bot_id": bot_id, "model": model, "vector": _text_of(vector), "at_most": limit}
    if among is None:
        rows = await database.call(NEAREST, **values)
    else:
        places = {"document_ids": [one.document_id for one in among], "ordinals": [one.ordinal for one in among]}
        rows = await database.call(NEAREST_AMONG, **values, **places)
    return [Passage(row.title, row.text, row.document_id, row.ordinal) for row in rows]


def _text_of(vector: Sequence[float]) -> str:
    return f"[{','.join(f'{number:.6g}' for number in vector)}]"
