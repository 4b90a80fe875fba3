"""The passages of a document, inside a change that has locked its bot's passages.

The order of locks: the bot's passages, the file, the document and its passages, the workspace's counters last.
Indexing takes seconds, and every turn of the workspace waits for the counters.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.store.documents.rows import NewPassage

LOCK = text("SELECT lock_passages_of(:bot_id)")
LOCK_OF_DOCUMENT = text(
    "SELECT lock_passages_of(bot_id) FROM documents WHERE workspace_id = :workspace_id AND id = :document_id",
)
OF_OTHERS = text(
    "SELECT coalesce(sum(passage_count), 0) FROM documents WHERE bot_id = :bot_id AND id <> :document_id",
)
INSERT = text(
    "INSERT INTO passages (document_id, ordinal, bot_id, title, text, language) "
    "SELECT :document_id, ordinal, :bot_id, title, passage, language FROM unnest("
    "CAST(:titles AS text[]), CAST(:passages AS text[]), languages_for(:bot_id, :titles, :passages)"
    ") WITH ORDINALITY AS p (title, passage, language, ordinal)",
)


async def lock_passages(connection: AsyncConnection, bot_id: UUID) -> None:
    """Wait until nobody else writes passages of this bot, and let nobody do so until the commit."""
    await connection.execute(LOCK, {"bot_id": bot_id})


async def lock_passages_of_document(connection: AsyncConnection, *, workspace_id: UUID, document_id: UUID) -> None:
    """Do the same for the bot of a document; nothing when the workspace has none."""
    await connection.execute(LOCK_OF_DOCUMENT, {"workspace_id": workspace_id, "document_id": document_id})


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
