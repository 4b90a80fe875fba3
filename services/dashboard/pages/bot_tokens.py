"""A bot's tokens, and how a program uses one: make, rotate, revoke; a token's text is shown once."""

from __future__ import annotations

from uuid import UUID

from starlette.responses import Response

from services.dashboard.errors import invalid
from services.dashboard.pages.of_bot import NOT_FOUND, id_in_path, of_bot
from services.dashboard.pages.page import Page
from services.dashboard.pages.render import go_to, render, render_problem
from services.dashboard.pages.snippets import chat_url_of, snippets
from services.dashboard.signing_in.visit import Visit
from shared.domain.roles import Role
from shared.domain.token_format import BOT_PREFIX, hash_token, last_four
from shared.ids import new_id, new_token_text
from shared.store.bots.rows import BotRow
from shared.store.tokens.create import create_token
from shared.store.tokens.list import list_bot_tokens
from shared.store.tokens.revoke import revoke_token, rotate_token
from shared.store.tokens.rows import NewToken, TokenKind, TokenRow

TOKENS_SHOWN = 200
LONGEST_NAME = 200
NO_SUCH_TOKEN = "This bot has no such token. It may have been revoked."  # noqa: S105 - a sentence # nosec B105
QUESTIONS = {
    "rotate": ("Rotate", "A new token takes its place, and this one stops working at once.", "Rotate the token"),
    "revoke": ("Revoke", "Programs that use it are refused from then on.", "Revoke the token"),
}


async def show(visit: Visit, bot: BotRow) -> Response:
    """List the bot's good tokens, and show how to use one."""
    chat_url = chat_url_of(visit.context.settings)
    return render(
        visit,
        "bot_tokens.html",
        bot=bot,
        tokens=await _tokens(visit, bot),
        chat_url=chat_url,
        snippets=snippets(chat_url),
    )


async def new(visit: Visit, bot: BotRow) -> Response:
    """Show the form for a new token."""
    return render(visit, "bot_token_new.html", bot=bot, name="", refusal=None)


async def add(visit: Visit, bot: BotRow) -> Response:
    """Make a token; its text is on the answer's page this once."""
    name = visit.form.get("name", "").strip()
    if not 1 <= len(name) <= LONGEST_NAME:
        refusal = invalid("name", f"Give the token a name of 1 to {LONGEST_NAME} characters.")
        return render(visit, "bot_token_new.html", refusal.status, bot=bot, name=name, refusal=refusal)
    text, token = new_bot_token(visit, bot.bot_id, name)
    await create_token(visit.context.database, token, actor=visit.actor)
    return render(visit, "bot_token_shown.html", bot=bot, token=text, heading=f"Token {name} is made")


async def rotation(visit: Visit, bot: BotRow) -> Response:
    """Ask before a token is replaced."""
    return await _ask(visit, bot, "rotate")


async def rotate(visit: Visit, bot: BotRow) -> Response:
    """Put a new token in the old one's place; its text is on the answer's page this once."""
    old = await _find(visit, bot)
    if old is None:
        return render_problem(visit, NOT_FOUND, NO_SUCH_TOKEN)
    text, token = new_bot_token(visit, bot.bot_id, old.name)
    is_done = await rotate_token(
        visit.context.database,
        workspace_id=visit.workspace_id,
        token_id=old.token_id,
        replacement=token,
        actor=visit.actor,
    )
    if not is_done:
        return render_problem(visit, NOT_FOUND, NO_SUCH_TOKEN)
    return render(visit, "bot_token_shown.html", bot=bot, token=text, heading=f"Token {old.name} is replaced")


async def revocation(visit: Visit, bot: BotRow) -> Response:
    """Ask before a token is revoked."""
    return await _ask(visit, bot, "revoke")


async def revoke(visit: Visit, bot: BotRow) -> Response:
    """Revoke a token of the bot."""
    token = await _find(visit, bot)
    where = visit.workspace_id
    if token is None or not await revoke_token(
        visit.context.database, workspace_id=where, token_id=token.token_id, actor=visit.actor
    ):
        return render_problem(visit, NOT_FOUND, NO_SUCH_TOKEN)
    return go_to(f"/bots/{bot.bot_id}/tokens", "token-revoked")


def new_bot_token(visit: Visit, bot_id: UUID, name: str) -> tuple[str, NewToken]:
    """Draw a token of the bot: its text, and what is kept of it."""
    text = new_token_text(BOT_PREFIX)
    token = NewToken(
        token_id=new_id(),
        workspace_id=visit.workspace_id,
        kind=TokenKind.BOT,
        token_hash=hash_token(text),
        last_four=last_four(text),
        name=name,
        bot_id=bot_id,
    )
    return text, token


async def _ask(visit: Visit, bot: BotRow, action: str) -> Response:
    token = await _find(visit, bot)
    if token is None:
        return render_problem(visit, NOT_FOUND, NO_SUCH_TOKEN)
    word, sentence, button = QUESTIONS[action]
    return render(
        visit, "bot_token_ask.html", bot=bot, token=token, action=action, word=word, sentence=sentence, button=button
    )


async def _tokens(visit: Visit, bot: BotRow) -> list[TokenRow]:
    return await list_bot_tokens(
        visit.context.database, workspace_id=visit.workspace_id, bot_id=bot.bot_id, limit=TOKENS_SHOWN
    )


async def _find(visit: Visit, bot: BotRow) -> TokenRow | None:
    token_id = id_in_path(visit, "token")
    return next((token for token in await _tokens(visit, bot) if token.token_id == token_id), None)


PAGES = [
    Page("/bots/{id}/tokens", of_bot(show)),
    Page("/bots/{id}/tokens/new", of_bot(new), Role.ADMIN),
    Page("/bots/{id}/tokens/new", of_bot(add), Role.ADMIN, "POST"),
    Page("/bots/{id}/tokens/{token}/rotate", of_bot(rotation), Role.ADMIN),
    Page("/bots/{id}/tokens/{token}/rotate", of_bot(rotate), Role.ADMIN, "POST"),
    Page("/bots/{id}/tokens/{token}/revoke", of_bot(revocation), Role.ADMIN),
    Page("/bots/{id}/tokens/{token}/revoke", of_bot(revoke), Role.ADMIN, "POST"),
]
