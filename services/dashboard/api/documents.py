"""`/api/documents`: what a bot knows."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.dashboard.api.document_files import read_new_files, read_replacement
from services.dashboard.authenticate import actor_of, authenticate
from services.dashboard.body import DocumentText, ShortText, page, path_id, read_body_of
from services.dashboard.body_reading import Form
from services.dashboard.context import context_of
from services.dashboard.errors import invalid, not_found
from services.dashboard.json_response import json_response
from services.dashboard.posted import is_multipart
from services.dashboard.query import id_of
from services.dashboard.uploading import add_uploads, replace_with, try_again
from shared.domain.documents import DocumentStatus
from shared.knowledge.add_document import DocumentRefused, NewDocument, add_document
from shared.store.bots.read import find_bot
from shared.store.documents.read import find_document, list_documents
from shared.store.documents.rows import DocumentRow
from shared.store.documents.write import delete_document
from shared.store.tokens.rows import TokenHolder

ACCEPTED = 202


class NewDocumentForm(Form):
    """What `POST /api/documents` takes as JSON."""

    bot_id: UUID
    title: ShortText
    text: DocumentText


async def add(request: Request) -> Response:
    """Keep a text, from which the bot answers at once; or files, from which it answers once they are read."""
    holder, context = await authenticate(request), context_of(request)
    if is_multipart(request):
        return await _add_files(request, holder)
    body = await read_body_of(request, NewDocumentForm)
    form = body.form
    if body.knows("bot_id"):
        with body.refusals.noting():
            await _require_bot(request, holder, form.bot_id)
    body.raise_all()
    document = NewDocument(holder.workspace_id, form.bot_id, form.title, form.text)
    most_passages = context.settings.bot_limit_passages
    added = await add_document(context.database, document, actor=actor_of(request, holder), most_passages=most_passages)
    if isinstance(added, DocumentRefused):
        raise invalid("text", f"text {added.problem}; send the document's words.")
    made = {"id": added.document_id, "bot_id": form.bot_id, "title": form.title, "passages": added.passages}
    return json_response(made | {"status": DocumentStatus.READY}, 201)


async def _add_files(request: Request, holder: TokenHolder) -> Response:
    """Answer with the document of one file, or with the documents of several as a list."""
    context, new = context_of(request), await read_new_files(request)
    await _require_bot(request, holder, new.bot_id)
    ids = await add_uploads(
        context,
        new.files,
        title=new.title,
        workspace_id=holder.workspace_id,
        bot_id=new.bot_id,
        actor=actor_of(request, holder),
    )
    bodies = [await _body_of(request, holder, document_id) for document_id in ids]
    return json_response(bodies[0] if len(bodies) == 1 else {"data": bodies}, ACCEPTED)


async def show_all(request: Request) -> Response:
    """List documents; `?bot_id=` those of one bot."""
    holder = await authenticate(request)
    bot_id = id_of(request, "bot_id", "the id of a bot")
    documents = await list_documents(context_of(request).database, workspace_id=holder.workspace_id, bot_id=bot_id)
    return json_response(page([document_body(each) for each in documents], request))


async def show(request: Request) -> Response:
    """Show a document: how far its file is read, or why it cannot be."""
    holder = await authenticate(request)
    return json_response(await _body_of(request, holder, path_id(request, "document")))


async def replace(request: Request) -> Response:
    """Give a document another file or text; its passages serve until the new one is read."""
    holder, document_id = await authenticate(request), path_id(request, "document")
    await _body_of(request, holder, document_id)
    file = await read_replacement(request)
    actor = actor_of(request, holder)
    await replace_with(context_of(request), file, document_id, workspace_id=holder.workspace_id, actor=actor)
    return json_response(await _body_of(request, holder, document_id), ACCEPTED)


async def retry(request: Request) -> Response:
    """Read a file once more that could not be read; 409 where the same file would fail again."""
    holder, document_id = await authenticate(request), path_id(request, "document")
    document = await _find(request, holder, document_id)
    await try_again(context_of(request), document, workspace_id=holder.workspace_id, actor=actor_of(request, holder))
    return json_response(await _body_of(request, holder, document_id), ACCEPTED)


async def delete(request: Request) -> Response:
    """Delete a document."""
    holder, context = await authenticate(request), context_of(request)
    document_id = path_id(request, "document")
    if not await delete_document(
        context.database, workspace_id=holder.workspace_id, document_id=document_id, actor=actor_of(request, holder)
    ):
        raise not_found("document")
    return json_response({"id": document_id, "deleted": True})


def document_body(document: DocumentRow) -> dict[str, Any]:
    """Return a document as the API shows it."""
    body: dict[str, Any] = {
        "id": document.document_id,
        "bot_id": document.bot_id,
        "title": document.title,
        "status": document.status,
        "passages": document.passages,
        "created_at": document.created_at,
    }
    names = ("file_name", "reason_code", "reason", "pages", "pages_read", "uploaded_at")
    return body | {name: getattr(document.upload, name, None) for name in names}


async def _body_of(request: Request, holder: TokenHolder, document_id: UUID) -> dict[str, Any]:
    return document_body(await _find(request, holder, document_id))


async def _find(request: Request, holder: TokenHolder, document_id: UUID) -> DocumentRow:
    database = context_of(request).database
    document = await find_document(database, workspace_id=holder.workspace_id, document_id=document_id)
    if document is None:
        raise not_found("document")
    return document


async def _require_bot(request: Request, holder: TokenHolder, bot_id: UUID) -> None:
    if await find_bot(context_of(request).database, workspace_id=holder.workspace_id, bot_id=bot_id) is None:
        raise invalid("bot_id", "bot_id names no bot of this workspace.")


ROUTES = [
    Route("/api/documents", add, methods=["POST"]),
    Route("/api/documents", show_all, methods=["GET"]),
    Route("/api/documents/{id}", show, methods=["GET"]),
    Route("/api/documents/{id}", replace, methods=["PUT"]),
    Route("/api/documents/{id}/retry", retry, methods=["POST"]),
    Route("/api/documents/{id}", delete, methods=["DELETE"]),
]
