"""The pages of bots: list, make, change, switch, delete."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from starlette.responses import Response

from services.dashboard.errors import AdminError
from services.dashboard.pages.bot_form import (
    EMPTY,
    check_bot_choice,
    read_bot_form,
    values_of_bot,
    values_of_form,
)
from services.dashboard.pages.bot_page import render_bot
from services.dashboard.pages.bot_tokens import new_bot_token
from services.dashboard.pages.bot_views import USAGE_DAYS, bot_views, model_choices
from services.dashboard.pages.of_bot import id_of, no_such_bot, of_bot
from services.dashboard.pages.page import Page
from services.dashboard.pages.render import go_to, render
from services.dashboard.signing_in.visit import Visit
from shared.domain.languages import LANGUAGE_NAMES
from shared.domain.roles import Role
from shared.ids import new_id
from shared.store.bots.page import list_bots_page
from shared.store.bots.rows import BotRow, NewBot
from shared.store.bots.write import create_bot, delete_bot, update_bot
from shared.store.keys.read import list_keys

ROWS = 50
LONGEST_SEARCH = 200


async def show_all(visit: Visit) -> Response:
    """List a page of bots by name: three queries, however many there are."""
    search = visit.query("search")[:LONGEST_SEARCH]
    bots = await list_bots_page(
        visit.context.database,
        workspace_id=visit.workspace_id,
        search=search,
        after=id_of(visit.query("after")),
        limit=ROWS + 1,
    )
    shown = bots[:ROWS]
    keys = await list_keys(visit.context.database, visit.workspace_id)
    return render(
        visit,
        "bots.html",
        bots=await bot_views(visit, shown, keys),
        search=search,
        days=USAGE_DAYS,
        is_later_page=bool(visit.query("after")),
        next_after=shown[-1].bot_id if len(bots) > ROWS else None,
    )


async def new(visit: Visit) -> Response:
    """Show the form for a new bot."""
    return await _form(visit, EMPTY | {"model": "mevichat:mini"})


async def add(visit: Visit) -> Response:
    """Make a bot and its first token, whose text is on the answer's page this once."""
    values = values_of_form(visit)
    keys = await list_keys(visit.context.database, visit.workspace_id)
    try:
        form = read_bot_form(visit, values, keys)
    except AdminError as refusal:
        return await _form(visit, values, refusal)
    bot = NewBot(new_id(), visit.workspace_id, **form.changes)
    text, token = new_bot_token(visit, bot.bot_id, form.name)
    await create_bot(visit.context.database, bot, actor=visit.actor, token=token)
    return render(visit, "bot_token_shown.html", bot=bot, token=text, heading=f"{form.name} is made")


async def show(visit: Visit, bot: BotRow) -> Response:
    """Show a bot: what it runs on, how it is, and a chat to try it."""
    return await render_bot(visit, bot)


async def settings(visit: Visit, bot: BotRow) -> Response:
    """Show the form that changes a bot."""
    return await _form(visit, values_of_bot(bot), bot=bot)


async def change(visit: Visit, bot: BotRow) -> Response:
    """Change a bot; every message after it runs on the bot as it is now."""
    values = values_of_form(visit)
    keys = await list_keys(visit.context.database, visit.workspace_id)
    try:
        changed = await update_bot(
            visit.context.database,
            lambda before: read_bot_form(visit, values, keys, before).changes,
            workspace_id=visit.workspace_id,
            bot_id=bot.bot_id,
            actor=visit.actor,
            may_reindex=True,
        )
    except AdminError as refusal:
        return await _form(visit, values, refusal, bot)
    return go_to(f"/bots/{bot.bot_id}", "bot-changed") if changed else no_such_bot(visit)


async def switch(visit: Visit, bot: BotRow) -> Response:
    """Put the bot on another model in one step; a key of its own stays while it can serve the model."""
    model_id = visit.form.get("model", "")
    keys = await list_keys(visit.context.database, visit.workspace_id)

    def switched(before: BotRow) -> dict[str, Any]:
        key_id = _key_that_serves(visit, before, model_id, {key.key_id: key.provider for key in keys})
        check_bot_choice(visit, model_id, key_id, keys)
        return {"model": model_id, "key_id": key_id}

    try:
        changed = await update_bot(
            visit.context.database, switched, workspace_id=visit.workspace_id, bot_id=bot.bot_id, actor=visit.actor
        )
    except AdminError as refusal:
        return await render_bot(visit, bot, refusal)
    return go_to(f"/bots/{bot.bot_id}", "bot-switched") if changed else no_such_bot(visit)


async def deletion(visit: Visit, bot: BotRow) -> Response:
    """Ask before a bot is deleted."""
    return render(visit, "bot_delete.html", bot=bot)


async def delete(visit: Visit, bot: BotRow) -> Response:
    """Delete the bot and revoke its tokens."""
    database = visit.context.database
    if not await delete_bot(database, workspace_id=visit.workspace_id, bot_id=bot.bot_id, actor=visit.actor):
        return no_such_bot(visit)
    return go_to("/bots", "bot-deleted")


def _key_that_serves(visit: Visit, bot: BotRow, model_id: str, providers: dict[UUID, str]) -> UUID | None:
    model = visit.context.catalogue.find(model_id)
    own = providers.get(bot.key_id) if bot.key_id else None
    return bot.key_id if model is not None and own == model.provider else None


async def _form(
    visit: Visit, values: dict[str, str], refusal: AdminError | None = None, bot: BotRow | None = None
) -> Response:
    keys = await list_keys(visit.context.database, visit.workspace_id)
    return render(
        visit,
        "bot_form.html",
        status=refusal.status if refusal else 200,
        bot=bot,
        values=values,
        refusal=refusal,
        language_names=LANGUAGE_NAMES,
        keys=keys,
        choices=model_choices(visit, keys, id_of(values["key_id"])),
        default_history_tokens=visit.context.settings.history_tokens,
    )


PAGES = [
    Page("/bots", show_all),
    Page("/bots/new", new, Role.ADMIN),
    Page("/bots/new", add, Role.ADMIN, "POST"),
    Page("/bots/{id}", of_bot(show)),
    Page("/bots/{id}/settings", of_bot(settings), Role.ADMIN),
    Page("/bots/{id}/settings", of_bot(change), Role.ADMIN, "POST"),
    Page("/bots/{id}/model", of_bot(switch), Role.ADMIN, "POST"),
    Page("/bots/{id}/delete", of_bot(deletion), Role.ADMIN),
    Page("/bots/{id}/delete", of_bot(delete), Role.ADMIN, "POST"),
]
