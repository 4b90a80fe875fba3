"""Keep files as they come in; who reads them is told after the commit.

No epoch starts: a bot answers from the same passages until a file is read.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text

from shared.domain.actor import Actor
from shared.domain.documents import ReadingFault
from shared.store.audit.append import append_audit
from shared.store.audit.rows import AuditEntry
from shared.store.database import Database
from shared.store.documents.rows import NewUpload

# no passages yet: version 0
DOCUMENT = text(
    "INSERT INTO documents (id, workspace_id, bot_id, title, version) "
    "VALUES (:document_id, :workspace_id, :bot_id, :title, 0)",
)
UPLOAD = text(
    "INSERT INTO document_uploads (document_id, workspace_id, version, file_name, content) "
    "SELECT id, workspace_id, version + 1, :file_name, :content FROM documents "
    # locked: who deletes it meanwhile leaves nothing to insert for
    "WHERE id = :document_id AND workspace_id = :workspace_id FOR KEY SHARE "
    "ON CONFLICT (document_id) DO UPDATE SET version = document_uploads.version + 1, file_name = excluded.file_name, "
    "content = excluded.content, status = 'waiting', reason_code = NULL, reason = NULL, attempts = 0, pages = NULL, "
    "pages_read = NULL, uploaded_at = excluded.uploaded_at, rung_at = clock_timestamp(), lease_until = NULL, "
    "ended_at = NULL",
)
PASSING = [fault.value for fault in ReadingFault if fault.may_pass]
RETRY = text(
    "UPDATE document_uploads SET status = 'waiting', reason_code = NULL, reason = NULL, attempts = 0, pages = NULL, "
    "pages_read = NULL, rung_at = clock_timestamp(), ended_at = NULL "
    "WHERE workspace_id = :workspace_id AND document_id = :document_id AND status = 'failed' "
    "AND reason_code = ANY (:passing)",
)


async def insert_uploads(
    database: Database, uploads: Sequence[NewUpload], *, workspace_id: UUID, bot_id: UUID, actor: Actor
) -> None:
    """Keep new documents, each with its file, all in one commit."""
    async with database.transaction() as connection:
        for upload in uploads:
            of_document = {"document_id": upload.document_id, "workspace_id": workspace_id}
            details = {"title": upload.title, "bot_id": bot_id, "file_name": upload.file_name}
            entry = AuditEntry(workspace_id, actor, "document.create", upload.document_id, details)
            await append_audit(connection, entry)
            await connection.execute(DOCUMENT, of_document | {"bot_id": bot_id, "title": upload.title})
            await connection.execute(UPLOAD, of_document | {"file_name": upload.file_name, "content": upload.content})


async def replace_upload(database: Database, upload: NewUpload, *, workspace_id: UUID, actor: Actor) -> bool:
    """Give a document another file; its passages stay those of the file before until this one is read.

    False when the workspace has no such document; nothing happened then.
    """
    values: dict[str, Any] = {"document_id": upload.document_id, "workspace_id": workspace_id}
    values |= {"file_name": upload.file_name, "content": upload.content}
    async with database.transaction() as connection:
        replaced = await connection.execute(UPLOAD, values)
        if replaced.rowcount > 0:
            details = {"file_name": upload.file_name}
            entry = AuditEntry(workspace_id, actor, "document.replace", upload.document_id, details)
            await append_audit(connection, entry)
        return replaced.rowcount > 0


async def retry_upload(database: Database, *, workspace_id: UUID, document_id: UUID, actor: Actor) -> bool:
    """Let a failed file be read once more; False when it has not failed, would fail again, or is not there."""
    async with database.transaction() as connection:
        values = {"workspace_id": workspace_id, "document_id": document_id, "passing": PASSING}
        retried = await connection.execute(RETRY, values)
        if retried.rowcount > 0:
            await append_audit(connection, AuditEntry(workspace_id, actor, "document.retry", document_id))
        return retried.rowcount > 0
