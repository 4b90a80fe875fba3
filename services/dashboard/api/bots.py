"""`/api/bots`: make, show, change, delete."""

from __future__ import annotations

from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.dashboard.api.bot_forms import BotChange, NewBotForm, changes_of_bot, fields_of_new_bot
from services.dashboard.authenticate import actor_of, authenticate
from services.dashboard.body import page, path_id, read_body_of
from services.dashboard.context import context_of
from services.dashboard.errors import not_found
from services.dashboard.json_response import json_response
from shared.domain.languages import choose_language
from shared.domain.token_format import BOT_PREFIX, hash_token, last_four
from shared.ids import new_id, new_token_text
from shared.store.bots.read import LIMIT_NAMES, find_bot, list_bots
from shared.store.bots.rows import BotRow, NewBot
from shared.store.bots.write import create_bot, delete_bot, update_bot
from shared.store.keys.read import list_keys
from shared.store.tokens.rows import NewToken, TokenHolder, TokenKind


async def add(request: Request) -> Response:
    """Make a bot and its token, which is shown this once."""
    holder, context = await authenticate(request), context_of(request)
    body = await read_body_of(request, NewBotForm)
    keys = [] if body.form.key_id is None else await list_keys(context.database, holder.workspace_id)
    fields, form = fields_of_new_bot(body, plan=holder.plan, keys=keys, catalogue=context.catalogue), body.form
    bot = NewBot(new_id(), holder.workspace_id, **fields)
    text = new_token_text(BOT_PREFIX)
    token = NewToken(
        token_id=new_id(),
        workspace_id=holder.workspace_id,
        kind=TokenKind.BOT,
        token_hash=hash_token(text),
        last_four=last_four(text),
        name=form.name,
        bot_id=bot.bot_id,
    )
    await create_bot(context.database, bot, actor=actor_of(request, holder), token=token)
    made = await find_bot(context.database, workspace_id=holder.workspace_id, bot_id=bot.bot_id)
    assert made is not None
    return json_response(bot_body(made) | _note(form.language) | {"token": text}, 201)


async def show_all(request: Request) -> Response:
    """List the workspace's bots."""
    holder = await authenticate(request)
    bots = await list_bots(context_of(request).database, holder.workspace_id)
    return json_response(page([bot_body(bot) for bot in bots], request))


async def show(request: Request) -> Response:
    """Show one bot."""
    holder = await authenticate(request)
    return json_response(bot_body(await _find(request, holder)))


async def change(request: Request) -> Response:
    """Change a bot; every turn accepted after the answer runs as it is now."""
    holder, context = await authenticate(request), context_of(request)
    bot_id, body = path_id(request, "bot"), await read_body_of(request, BotChange)
    given = body.form.model_fields_set
    keys = [] if given.isdisjoint(("model", "key_id")) else await list_keys(context.database, holder.workspace_id)
    changes = partial(changes_of_bot, body, plan=holder.plan, keys=keys, catalogue=context.catalogue)
    if body.refusals:  # whatever the bot is: no turn waits for this to be refused
        changes(await _find(request, holder))
    changed = await update_bot(
        context.database,
        changes,
        workspace_id=holder.workspace_id,
        bot_id=bot_id,
        actor=actor_of(request, holder),
        may_reindex="language" in given,
    )
    if changed is None:
        raise not_found("bot")
    return json_response(bot_body(changed) | _note(body.form.language))


async def delete(request: Request) -> Response:
    """Delete a bot and revoke its tokens."""
    holder, context = await authenticate(request), context_of(request)
    bot_id = path_id(request, "bot")
    if not await delete_bot(
        context.database, workspace_id=holder.workspace_id, bot_id=bot_id, actor=actor_of(request, holder)
    ):
        raise not_found("bot")
    return json_response({"id": bot_id, "deleted": True})


def bot_body(bot: BotRow) -> dict[str, Any]:
    """Return a bot as the API shows it."""
    return {
        "id": bot.bot_id,
        "name": bot.name,
        "model": bot.model,
        "system_prompt": bot.system_prompt,
        "key_id": bot.key_id,
        "language": bot.language,
        **{name: getattr(bot, name) for name in LIMIT_NAMES},
        "created_at": bot.created_at,
    }


def _note(language: str | None) -> dict[str, str]:
    """Return what is said beside a bot whose language, as it was asked for, is not known by its name."""
    note = choose_language(language).note if language else None
    return {"language_note": note} if note else {}


async def _find(request: Request, holder: TokenHolder) -> BotRow:
    bot_id = path_id(request, "bot")
    bot = await find_bot(context_of(request).database, workspace_id=holder.workspace_id, bot_id=bot_id)
    if bot is None:
        raise not_found("bot")
    return bot


ROUTES = [
    Route("/api/bots", add, methods=["POST"]),
    Route("/api/bots", show_all, methods=["GET"]),
    Route("/api/bots/{id}", show, methods=["GET"]),
    Route("/api/bots/{id}", change, methods=["PATCH"]),
    Route("/api/bots/{id}", delete, methods=["DELETE"]),
]
