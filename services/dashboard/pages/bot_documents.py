"""A bot's documents: list, add as text or as a file, delete."""

from __future__ import annotations

from pathlib import PurePath

from starlette.responses import Response

from services.dashboard.errors import AdminError, invalid
from services.dashboard.pages.of_bot import NOT_FOUND, id_in_path, id_of, of_bot
from services.dashboard.pages.page import Page
from services.dashboard.pages.render import go_to, render, render_problem
from services.dashboard.posted import Upload
from services.dashboard.signing_in.visit import Visit
from shared.domain.roles import Role
from shared.knowledge.add_document import DocumentRefused, NewDocument, add_document
from shared.store.bots.rows import BotRow
from shared.store.documents.page import find_bot_document, list_bot_documents
from shared.store.documents.rows import DocumentRow
from shared.store.documents.write import delete_document

ROWS = 50
LONGEST_TITLE = 200
FILE_ENDINGS = (".txt", ".md")
NO_SUCH_DOCUMENT = "This bot has no such document. It may have been deleted."


async def show(visit: Visit, bot: BotRow) -> Response:
    """List a page of the bot's documents, the latest first."""
    documents = await list_bot_documents(
        visit.context.database,
        workspace_id=visit.workspace_id,
        bot_id=bot.bot_id,
        after=id_of(visit.query("after")),
        limit=ROWS + 1,
    )
    shown = documents[:ROWS]
    return render(
        visit,
        "bot_documents.html",
        bot=bot,
        documents=shown,
        is_later_page=bool(visit.query("after")),
        next_after=shown[-1].document_id if len(documents) > ROWS else None,
    )


async def new(visit: Visit, bot: BotRow) -> Response:
    """Show the form for a new document."""
    return render(visit, "bot_document_new.html", bot=bot, title="", text="", refusal=None)


async def add(visit: Visit, bot: BotRow) -> Response:
    """Keep a document; the bot answers from it with its next message."""
    title, text = visit.form.get("title", "").strip(), visit.form.get("text", "")
    try:
        document = _document(visit, bot, title, text)
        added = await add_document(visit.context.database, document, actor=visit.actor)
        if isinstance(added, DocumentRefused):
            raise invalid("text", f"The text {added.problem}; paste the document's words or choose a file with some.")
    except AdminError as refusal:
        return render(visit, "bot_document_new.html", refusal.status, bot=bot, title=title, text=text, refusal=refusal)
    return go_to(f"/bots/{bot.bot_id}/documents", "document-added")


async def deletion(visit: Visit, bot: BotRow) -> Response:
    """Ask before a document is deleted."""
    document = await _find(visit, bot)
    if document is None:
        return render_problem(visit, NOT_FOUND, NO_SUCH_DOCUMENT)
    return render(visit, "bot_document_delete.html", bot=bot, document=document)


async def delete(visit: Visit, bot: BotRow) -> Response:
    """Delete a document; the bot answers from it no more."""
    document = await _find(visit, bot)
    if document is None or not await delete_document(
        visit.context.database, workspace_id=visit.workspace_id, document_id=document.document_id, actor=visit.actor
    ):
        return render_problem(visit, NOT_FOUND, NO_SUCH_DOCUMENT)
    return go_to(f"/bots/{bot.bot_id}/documents", "document-deleted")


def _document(visit: Visit, bot: BotRow, title: str, text: str) -> NewDocument:
    """Return the document that the form holds; a file's name serves as its title when none is given."""
    file = visit.files.get("file")
    if file is not None and text.strip():
        raise invalid("file", "Paste a text or choose a file, not both.")
    if file is not None:
        title, text = title or PurePath(file.name).stem, _text_of(file)
    if not 1 <= len(title) <= LONGEST_TITLE:
        raise invalid("title", f"Give the document a title of 1 to {LONGEST_TITLE} characters.")
    return NewDocument(visit.workspace_id, bot.bot_id, title, text)


def _text_of(file: Upload) -> str:
    if not file.name.lower().endswith(FILE_ENDINGS):
        raise invalid("file", f"Choose a file that ends in {' or '.join(FILE_ENDINGS)}.")
    try:
        return file.data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise invalid("file", "The file is no UTF-8 text; save it as UTF-8 and choose it again.") from None


async def _find(visit: Visit, bot: BotRow) -> DocumentRow | None:
    document_id = id_in_path(visit, "document")
    if document_id is None:
        return None
    return await find_bot_document(
        visit.context.database, workspace_id=visit.workspace_id, bot_id=bot.bot_id, document_id=document_id
    )


PAGES = [
    Page("/bots/{id}/documents", of_bot(show)),
    Page("/bots/{id}/documents/new", of_bot(new), Role.ADMIN),
    Page("/bots/{id}/documents/new", of_bot(add), Role.ADMIN, "POST"),
    Page("/bots/{id}/documents/{document}/delete", of_bot(deletion), Role.ADMIN),
    Page("/bots/{id}/documents/{document}/delete", of_bot(delete), Role.ADMIN, "POST"),
]
