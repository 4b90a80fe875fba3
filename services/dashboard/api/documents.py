"""`/api/documents`: what a bot knows."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import StringConstraints
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.dashboard.authenticate import actor_of, authenticate
from services.dashboard.body import STORABLE, Form, ShortText, page, path_id, read_form
from services.dashboard.context import context_of
from services.dashboard.errors import invalid, not_found
from services.dashboard.json_response import json_response
from services.dashboard.query import id_of
from shared.knowledge.add_document import DocumentRefused, NewDocument, add_document
from shared.store.bots.read import find_bot
from shared.store.documents.read import list_documents
from shared.store.documents.write import delete_document

DocumentText = Annotated[str, StringConstraints(min_length=1), STORABLE]


class NewDocumentForm(Form):
    """What `POST /api/documents` takes."""

    bot_id: UUID
    title: ShortText
    text: DocumentText


async def add(request: Request) -> Response:
    """Keep a document; the bot answers from it after the answer."""
    holder, context = await authenticate(request), context_of(request)
    form = await read_form(request, NewDocumentForm)
    if await find_bot(context.database, workspace_id=holder.workspace_id, bot_id=form.bot_id) is None:
        raise invalid("bot_id", "bot_id names no bot of this workspace.")
    document = NewDocument(holder.workspace_id, form.bot_id, form.title, form.text)
    added = await add_document(context.database, document, actor=actor_of(request, holder))
    if isinstance(added, DocumentRefused):
        raise invalid("text", f"text {added.problem}; send the document's words.")
    body = {"id": added.document_id, "bot_id": form.bot_id, "title": form.title, "passages": added.passages}
    return json_response(body, 201)


async def show_all(request: Request) -> Response:
    """List documents; `?bot_id=` those of one bot."""
    holder = await authenticate(request)
    documents = await list_documents(context_of(request).database, workspace_id=holder.workspace_id)
    wanted = id_of(request, "bot_id", "the id of a bot")
    rows = [
        {
            "id": each.document_id,
            "bot_id": each.bot_id,
            "title": each.title,
            "passages": each.passages,
            "created_at": each.created_at,
        }
        for each in documents
        if wanted in (None, each.bot_id)
    ]
    return json_response(page(rows, request))


async def delete(request: Request) -> Response:
    """Delete a document."""
    holder, context = await authenticate(request), context_of(request)
    document_id = path_id(request, "document")
    if not await delete_document(
        context.database, workspace_id=holder.workspace_id, document_id=document_id, actor=actor_of(request, holder)
    ):
        raise not_found("document")
    return json_response({"id": document_id, "deleted": True})


ROUTES = [
    Route("/api/documents", add, methods=["POST"]),
    Route("/api/documents", show_all, methods=["GET"]),
    Route("/api/documents/{id}", delete, methods=["DELETE"]),
]
