"""List a workspace's documents."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import text

from shared.store.database import Database
from shared.store.documents.rows import DocumentRow

LIST = text(
    "SELECT d.id, d.bot_id, d.title, d.created_at, count(p.ordinal) AS passages FROM documents AS d "
    "LEFT JOIN passages AS p ON p.document_id = d.id WHERE d.workspace_id = :workspace_id "
    "AND (CAST(:bot_id AS uuid) IS NULL OR d.bot_id = :bot_id) GROUP BY d.id ORDER BY d.created_at, d.id",
)


async def list_documents(database: Database, *, workspace_id: UUID, bot_id: UUID | None = None) -> list[DocumentRow]:
    """Return the documents of a workspace, or of one of its bots, the oldest first."""
    return [
        DocumentRow(row.id, row.bot_id, row.title, row.passages, row.created_at)
        for row in await database.call(LIST, workspace_id=workspace_id, bot_id=bot_id)
    ]
