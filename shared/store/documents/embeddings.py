"""Vectors of passages: which are missing, keeping them, and the nearest to a question."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
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
NEAREST = text(
    """
    SELECT s.place, n.document_id, n.ordinal, found.title, found.text
    FROM (
        SELECT place, bot_id, document_ids, ordinals, CAST(vector AS halfvec) AS vector
        FROM json_to_recordset(CAST(:searches AS json)) AS s (
            place integer, bot_id uuid, vector text, document_ids uuid[], ordinals integer[]
        )
        OFFSET 0  -- each vector is read once, not for each that it is compared with
    ) AS s
    CROSS JOIN LATERAL (
        -- of a bot by its own index alone: nearly all its vectors are of one model
        SELECT document_id, ordinal, embedding <=> s.vector AS distance FROM passage_embeddings
        WHERE s.document_ids IS NULL AND bot_id = s.bot_id
            AND embedded_with IS NOT DISTINCT FROM CAST(:model AS text) AND embedding IS NOT NULL
        UNION ALL
        SELECT e.document_id, e.ordinal, e.embedding <=> s.vector
        FROM unnest(s.document_ids, s.ordinals) AS a (document_id, ordinal)
        CROSS JOIN LATERAL (
            SELECT document_id, ordinal, embedding FROM passage_embeddings
            WHERE document_id = a.document_id AND ordinal = a.ordinal AND bot_id IS NOT DISTINCT FROM s.bot_id
                AND embedded_with IS NOT DISTINCT FROM CAST(:model AS text) AND embedding IS NOT NULL LIMIT 1
        ) AS e
        ORDER BY distance, document_id, ordinal LIMIT :at_most
    ) AS n
    CROSS JOIN LATERAL (
        SELECT title, text FROM passages WHERE document_id = n.document_id AND ordinal = n.ordinal LIMIT 1
    ) AS found
    ORDER BY s.place, n.distance, n.document_id, n.ordinal
    """,
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


@dataclass(frozen=True, slots=True)
class VectorSearch:
    """A search for a bot's passages that are nearest to a vector: of all, or of those `among`."""

    bot_id: UUID
    vector: Sequence[float]
    among: Sequence[Passage] | None = None


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
    database: Database, searches: Sequence[VectorSearch], *, model: str, limit: int
) -> list[list[Passage]]:
    """Return for each search the bot's passages whose vectors are nearest to its own, the nearest first."""
    values = orjson.dumps([_fields(place, one) for place, one in enumerate(searches)], default=str).decode()
    rows = await database.call(NEAREST, searches=values, model=model, at_most=limit)
    found: list[list[Passage]] = [[] for _ in searches]
    for row in rows:
        found[row.place].append(Passage(row.title, row.text, row.document_id, row.ordinal))
    return found


def _fields(place: int, one: VectorSearch) -> dict[str, Any]:
    among = one.among
    return {
        "place": place,
        "bot_id": one.bot_id,
        "vector": _text_of(one.vector),
        "document_ids": None if among is None else [passage.document_id for passage in among],
        "ordinals": None if among is None else [passage.ordinal for passage in among],
    }


def _text_of(vector: Sequence[float]) -> str:
    return f"[{','.join(f'{number:.6g}' for number in vector)}]"
