"""A bot's documents: the list that follows what becomes of its files, add as text or as files, delete."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from services.dashboard.errors import AdminError, invalid
from services.dashboard.pages.of_bot import NOT_FOUND, id_in_path, id_of, of_bot
from services.dashboard.pages.page import Page
from services.dashboard.pages.render import bare_page, go_to, render, render_problem
from services.dashboard.posted import MOST_FILES
from services.dashboard.refusals import Refusals
from services.dashboard.signing_in.visit import Visit
from services.dashboard.upload_rules import check_files, check_title
from services.dashboard.uploading import add_uploads
from shared.domain.roles import Role
from shared.knowledge.add_document import DocumentRefused, NewDocument, add_document
from shared.store.bots.rows import BotRow
from shared.store.documents.page import find_bot_document, list_bot_documents
from shared.store.documents.rows import DocumentRow
from shared.store.documents.write import delete_document

ROWS = 50
NO_SUCH_DOCUMENT = "This bot has no such document. It may have been deleted."


async def show(visit: Visit, bot: BotRow) -> Response:
    """List a page of the bot's documents, the latest first."""
    return render(visit, "bot_documents.html", bot=bot, **await _documents(visit, bot))


async def rows(visit: Visit, bot: BotRow) -> Response:
    """Return the list of documents alone, for the page that keeps itself fresh."""
    found = await _documents(visit, bot)
    return bare_page("bot_documents_list.html", visit=visit, csrf=visit.csrf, now=visit.now, bot=bot, **found)


async def new(visit: Visit, bot: BotRow) -> Response:
    """Show the form for new documents."""
    return _form(visit, bot, "", "")


async def add(visit: Visit, bot: BotRow) -> Response:
    """Keep a text, from which the bot answers with its next message, or files, which are read first."""
    title, text = visit.form.get("title", "").strip(), visit.form.get("text", "")
    try:
        done = await (_add_files(visit, bot, title, text) if visit.files else _add_text(visit, bot, title, text))
    except AdminError as refusal:
        return _form(visit, bot, title, text, refusal)
    return go_to(f"/bots/{bot.bot_id}/documents", done)


async def deletion(visit: Visit, bot: BotRow) -> Response:
    """Ask before a document is deleted."""
    document = await find(visit, bot)
    if document is None:
        return render_problem(visit, NOT_FOUND, NO_SUCH_DOCUMENT)
    return render(visit, "bot_document_delete.html", bot=bot, document=document)


async def delete(visit: Visit, bot: BotRow) -> Response:
    """Delete a document; the bot answers from it no more."""
    document = await find(visit, bot)
    if document is None or not await delete_document(
        visit.context.database, workspace_id=visit.workspace_id, document_id=document.document_id, actor=visit.actor
    ):
        return render_problem(visit, NOT_FOUND, NO_SUCH_DOCUMENT)
    return go_to(f"/bots/{bot.bot_id}/documents", "document-deleted")


async def find(visit: Visit, bot: BotRow) -> DocumentRow | None:
    """Return the document that the path names, None when the bot has none of that id."""
    document_id = id_in_path(visit, "document")
    if document_id is None:
        return None
    return await find_bot_document(
        visit.context.database, workspace_id=visit.workspace_id, bot_id=bot.bot_id, document_id=document_id
    )


async def _documents(visit: Visit, bot: BotRow) -> dict[str, Any]:
    documents = await list_bot_documents(
        visit.context.database,
        workspace_id=visit.workspace_id,
        bot_id=bot.bot_id,
        after=id_of(visit.query("after")),
        limit=ROWS + 1,
    )
    shown = documents[:ROWS]
    return {
        "documents": shown,
        "is_later_page": bool(visit.query("after")),
        "next_after": shown[-1].document_id if len(documents) > ROWS else None,
        "is_live": any(document.status.is_under_way for document in shown),
    }


def _form(visit: Visit, bot: BotRow, title: str, text: str, refusal: AdminError | None = None) -> Response:
    values = {"title": title, "text": text, "most_files": MOST_FILES, "refusal": refusal}
    return render(visit, "bot_document_new.html", 200 if refusal is None else refusal.status, bot=bot, **values)


async def _add_text(visit: Visit, bot: BotRow, title: str, text: str) -> str:
    refusals = Refusals()
    if not text.strip():
        refusals.note(invalid("text" if title else "file", "Choose a file or write a text."))
    if text.strip() or title:
        refusals.read(check_title, title)
    refusals.raise_all()
    document = NewDocument(visit.workspace_id, bot.bot_id, title, text)
    most_passages = visit.context.settings.bot_limit_passages
    added = await add_document(visit.context.database, document, actor=visit.actor, most_passages=most_passages)
    if isinstance(added, DocumentRefused):
        raise invalid("text", f"The text {added.problem}; paste the document's words or choose a file with some.")
    return "document-added"


async def _add_files(visit: Visit, bot: BotRow, title: str, text: str) -> str:
    refusals = Refusals()
    if text.strip():
        refusals.note(invalid("file", "Paste a text or choose files, not both."))
    refusals.read(check_files, visit.files, title)
    refusals.raise_all()
    await add_uploads(
        visit.context,
        visit.files,
        title=title,
        workspace_id=visit.workspace_id,
        bot_id=bot.bot_id,
        actor=visit.actor,
    )
    return "files-uploaded"


PAGES = [
    Page("/bots/{id}/documents", of_bot(show)),
    Page("/bots/{id}/documents/list", of_bot(rows)),
    Page("/bots/{id}/documents/new", of_bot(new), Role.ADMIN),
    Page("/bots/{id}/documents/new", of_bot(add), Role.ADMIN, "POST", takes_files=True),
    Page("/bots/{id}/documents/{document}/delete", of_bot(deletion), Role.ADMIN),
    Page("/bots/{id}/documents/{document}/delete", of_bot(delete), Role.ADMIN, "POST"),
]
