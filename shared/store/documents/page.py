"""A page of a bot's documents, and one of them."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import text

from shared.store.database import Database
from shared.store.documents.rows import DOCUMENT_COLUMNS, DocumentRow, document_of

OF_BOT = f"SELECT {DOCUMENT_COLUMNS} WHERE d.workspace_id = :workspace_id AND d.bot_id = :bot_id"
# the ids are ordered by time
PAGE = text(
    f"{OF_BOT} AND d.id < coalesce(:after, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid) "
    "ORDER BY d.id DESC LIMIT :at_most",
)
ONE = text(f"{OF_BOT} AND d.id = :document_id")


async def list_bot_documents(
    database: Database, *, workspace_id: UUID, bot_id: UUID, after: UUID | None, limit: int
) -> list[DocumentRow]:
    """Return the bot's documents behind the document `after`, the latest first."""
    rows = await database.call(PAGE, workspace_id=workspace_id, bot_id=bot_id, after=after, at_most=limit)
    return [document_of(row) for row in rows]


async def find_bot_document(
    database: Database, *, workspace_id: UUID, bot_id: UUID, document_id: UUID
) -> DocumentRow | None:
    """Return a document of this bot, or None."""
    rows = await database.call(ONE, workspace_id=workspace_id, bot_id=bot_id, document_id=document_id)
    return next((document_of(row) for row in rows), None)
