"""Add and delete a bot's documents."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text

from shared.domain.actor import Actor
from shared.store.database import Database
from shared.store.workspaces.epoch import begin_change

DOCUMENT = text(
    "INSERT INTO documents (id, workspace_id, bot_id, title) VALUES (:document_id, :workspace_id, :bot_id, :title)",
)
PASSAGES = text(
    "INSERT INTO passages (document_id, ordinal, bot_id, title, text) "
    "SELECT :document_id, ordinal, :bot_id, :title, passage "
    "FROM unnest(CAST(:passages AS text[])) WITH ORDINALITY AS p (passage, ordinal)",
)
DELETE = text("DELETE FROM documents WHERE workspace_id = :workspace_id AND id = :document_id")


async def insert_document(
    database: Database,
    *,
    document_id: UUID,
    workspace_id: UUID,
    bot_id: UUID,
    title: str,
    passages: Sequence[str],
    actor: Actor,
) -> None:
    """Keep a document as its passages; the bot answers from it after the commit."""
    values = {"document_id": document_id, "bot_id": bot_id, "title": title}
    async with database.transaction() as connection:
        details = {"title": title, "bot_id": bot_id}
        await begin_change(
            connection, workspace_id, actor=actor, action="document.create", target=document_id, details=details
        )
        await connection.execute(DOCUMENT, values | {"workspace_id": workspace_id})
        await connection.execute(PASSAGES, values | {"passages": list(passages)})


async def delete_document(database: Database, *, workspace_id: UUID, document_id: UUID, actor: Actor) -> bool:
    """Delete a document and its passages; False when there is none."""
    async with database.transaction() as connection:
        await begin_change(connection, workspace_id, actor=actor, action="document.delete", target=document_id)
        deleted = await connection.execute(DELETE, {"workspace_id": workspace_id, "document_id": document_id})
        if deleted.rowcount == 0:
            await connection.rollback()
        return deleted.rowcount > 0
