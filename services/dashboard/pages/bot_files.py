"""The file of one document: give it another, or have it read once more."""

from __future__ import annotations

from starlette.responses import Response

from services.dashboard.errors import AdminError, invalid
from services.dashboard.pages.bot_documents import NO_SUCH_DOCUMENT, find
from services.dashboard.pages.of_bot import NOT_FOUND, of_bot
from services.dashboard.pages.page import Page
from services.dashboard.pages.render import go_to, render, render_problem
from services.dashboard.signing_in.visit import Visit
from services.dashboard.uploading import replace_with, try_again
from shared.domain.roles import Role
from shared.store.bots.rows import BotRow
from shared.store.documents.rows import DocumentRow


async def replacement(visit: Visit, bot: BotRow) -> Response:
    """Show the form for another file."""
    document = await find(visit, bot)
    if document is None:
        return render_problem(visit, NOT_FOUND, NO_SUCH_DOCUMENT)
    return _form(visit, bot, document)


async def replace(visit: Visit, bot: BotRow) -> Response:
    """Give the document another file; the bot answers from the one before until it is read."""
    document = await find(visit, bot)
    if document is None:
        return render_problem(visit, NOT_FOUND, NO_SUCH_DOCUMENT)
    try:
        if len(visit.files) != 1:
            raise invalid("file", "Choose one file; it takes the place of the document's.")
        (file,) = visit.files
        await replace_with(
            visit.context, file, document.document_id, workspace_id=visit.workspace_id, actor=visit.actor
        )
    except AdminError as refusal:
        return _form(visit, bot, document, refusal)
    return go_to(f"/bots/{bot.bot_id}/documents", "file-replaced")


async def retry(visit: Visit, bot: BotRow) -> Response:
    """Have a file read once more that could not be read."""
    document = await find(visit, bot)
    if document is None:
        return render_problem(visit, NOT_FOUND, NO_SUCH_DOCUMENT)
    try:
        await try_again(visit.context, document, workspace_id=visit.workspace_id, actor=visit.actor)
    except AdminError as refusal:
        return render_problem(visit, refusal.status, refusal.message)
    return go_to(f"/bots/{bot.bot_id}/documents", "file-tried-again")


def _form(visit: Visit, bot: BotRow, document: DocumentRow, refusal: AdminError | None = None) -> Response:
    status = 200 if refusal is None else refusal.status
    return render(visit, "bot_document_replace.html", status, bot=bot, document=document, refusal=refusal)


PAGES = [
    Page("/bots/{id}/documents/{document}/replace", of_bot(replacement), Role.ADMIN),
    Page("/bots/{id}/documents/{document}/replace", of_bot(replace), Role.ADMIN, "POST", takes_files=True),
    Page("/bots/{id}/documents/{document}/retry", of_bot(retry), Role.ADMIN, "POST"),
]
