"""List a workspace's documents, and find one."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import text

from shared.store.database import Database
from shared.store.documents.rows import DOCUMENT_COLUMNS, DocumentRow, document_of

OF_WORKSPACE = f"SELECT {DOCUMENT_COLUMNS} WHERE d.workspace_id = :workspace_id"
LIST = text(
    f"{OF_WORKSPACE} AND (CAST(:bot_id AS uuid) IS NULL OR d.bot_id = :bot_id) ORDER BY d.created_at, d.id",
)
ONE = text(f"{OF_WORKSPACE} AND d.id = :document_id")


async def list_documents(database: Database, *, workspace_id: UUID, bot_id: UUID | None = None) -> list[DocumentRow]:
    """Return the documents of a workspace, or of one of its bots, the oldest first."""
    return [document_of(row) for row in await database.call(LIST, workspace_id=workspace_id, bot_id=bot_id)]


async def find_document(database: Database, *, workspace_id: UUID, document_id: UUID) -> DocumentRow | None:
    """Return a document of the workspace, or None."""
    rows = await database.call(ONE, workspace_id=workspace_id, document_id=document_id)
    return next((document_of(row) for row in rows), None)
