"""The passages of a document, inside a change that has locked its workspace."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.store.documents.rows import NewPassage

OF_OTHERS = text(
    "SELECT coalesce(sum(passage_count), 0) FROM documents WHERE bot_id = :bot_id AND id <> :document_id",
)
INSERT = text(
    "INSERT INTO passages (document_id, ordinal, bot_id, title, text) "
    "SELECT :document_id, ordinal, :bot_id, title, passage "
    "FROM unnest(CAST(:titles AS text[]), CAST(:passages AS text[])) WITH ORDINALITY AS p (title, passage, ordinal)",
)


async def passages_of_other_documents(connection: AsyncConnection, *, bot_id: UUID, document_id: UUID) -> int:
    """Return how many passages the bot has beside this document's."""
    count = (await connection.execute(OF_OTHERS, {"bot_id": bot_id, "document_id": document_id})).scalar_one()
    return int(count)


async def insert_passages(
    connection: AsyncConnection, passages: Sequence[NewPassage], *, bot_id: UUID, document_id: UUID
) -> None:
    """Write the passages in their order; the document has none."""
    values = {
        "bot_id": bot_id,
        "document_id": document_id,
        "titles": [passage.title for passage in passages],
        "passages": [passage.text for passage in passages],
    }
    await connection.execute(INSERT, values)
