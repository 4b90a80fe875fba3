"""Add a document as its passages, and delete documents."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text

from shared.domain.actor import Actor
from shared.store.database import Database
from shared.store.documents.passages import (
    insert_passages,
    lock_passages,
    lock_passages_of_document,
    passages_of_other_documents,
)
from shared.store.documents.rows import NewPassage
from shared.store.workspaces.epoch import begin_change

DOCUMENT = text(
    "INSERT INTO documents (id, workspace_id, bot_id, title, passage_count) "
    "VALUES (:document_id, :workspace_id, :bot_id, :title, :passage_count)",
)
DELETE = text("DELETE FROM documents WHERE workspace_id = :workspace_id AND id = :document_id")


async def insert_document(
    database: Database,
    *,
    document_id: UUID,
    workspace_id: UUID,
    bot_id: UUID,
    title: str,
    passages: Sequence[NewPassage],
    most_passages: int | None,
    actor: Actor,
) -> bool:
    """Keep a document as its passages; the bot answers from it after the commit.

    False when the bot would have more than `most_passages`; nothing happened then.
    """
    count = len(passages)
    values = {"document_id": document_id, "bot_id": bot_id, "title": title, "passage_count": count}
    async with database.transaction() as connection:
        await lock_passages(connection, bot_id)
        others = await passages_of_other_documents(connection, bot_id=bot_id, document_id=document_id)
        if most_passages is not None and others + count > most_passages:
            await connection.rollback()
            return False
        await connection.execute(DOCUMENT, values | {"workspace_id": workspace_id})
        await insert_passages(connection, passages, bot_id=bot_id, document_id=document_id)
        details = {"title": title, "bot_id": bot_id}
        await begin_change(
            connection, workspace_id, actor=actor, action="document.create", target=document_id, details=details
        )
    return True


async def delete_document(database: Database, *, workspace_id: UUID, document_id: UUID, actor: Actor) -> bool:
    """Delete a document and its passages; False when there is none."""
    async with database.transaction() as connection:
        ids = {"workspace_id": workspace_id, "document_id": document_id}
        await lock_passages_of_document(connection, **ids)
        deleted = await connection.execute(DELETE, ids)
        if deleted.rowcount > 0:
            await begin_change(connection, workspace_id, actor=actor, action="document.delete", target=document_id)
        return deleted.rowcount > 0
