"""Keeps uploaded files as documents, and rings who reads them; for the admin API and the pages."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from services.dashboard.context import AdminContext
from services.dashboard.posted import Upload
from services.dashboard.upload_rules import NOT_FAILED, check_name, check_retry, title_of
from shared.domain.actor import Actor
from shared.events.document_waiting import DocumentWaitingV1
from shared.events.wire import event_to_primitives
from shared.ids import new_id
from shared.queue.errors import QueueUnavailableError
from shared.queue.routes import READ_DOCUMENT
from shared.store.documents.rows import DocumentRow, NewUpload
from shared.store.documents.uploads import insert_uploads, replace_upload, retry_upload


async def add_uploads(
    context: AdminContext, files: Sequence[Upload], *, title: str, workspace_id: UUID, bot_id: UUID, actor: Actor
) -> list[UUID]:
    """Keep each file as a document of the bot; return their ids.

    `title` is for a single file; when it is empty, and for several, the files' names serve (`check_files`).
    """
    ids = sorted(new_id() for _ in files)  # lists go by id, and those of one millisecond come in no order
    uploads = [
        NewUpload(document_id, title or title_of(file), file.name, file.data)
        for document_id, file in zip(ids, files, strict=True)
    ]
    await insert_uploads(context.database, uploads, workspace_id=workspace_id, bot_id=bot_id, actor=actor)
    await _ring(context, ids)
    return ids


async def replace_with(
    context: AdminContext, file: Upload, document_id: UUID, *, workspace_id: UUID, actor: Actor
) -> bool:
    """Give the document this file; False when the workspace has no such document. Raises AdminError 422."""
    check_name(file)
    upload = NewUpload(document_id, title_of(file), file.name, file.data)
    is_replaced = await replace_upload(context.database, upload, workspace_id=workspace_id, actor=actor)
    if is_replaced:
        await _ring(context, [document_id])
    return is_replaced


async def try_again(context: AdminContext, document: DocumentRow, *, workspace_id: UUID, actor: Actor) -> None:
    """Let the document's file be read once more; raises AdminError 409 when that cannot help."""
    check_retry(document)
    document_id = document.document_id
    if not await retry_upload(context.database, workspace_id=workspace_id, document_id=document_id, actor=actor):
        raise NOT_FAILED
    await _ring(context, [document_id])


async def _ring(context: AdminContext, document_ids: Sequence[UUID]) -> None:
    """Ring these documents; what Redis does not take, the sweeper rings."""
    events = [event_to_primitives(DocumentWaitingV1(str(document_id))) for document_id in document_ids]
    try:
        await context.ringer.ring(READ_DOCUMENT, [(event,) for event in events])
    except QueueUnavailableError:
        return
