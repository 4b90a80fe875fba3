"""Pages of one bot: it is looked for once, and another workspace's bot is no bot at all."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from uuid import UUID

from starlette.responses import Response

from services.dashboard.pages.page import Handler
from services.dashboard.pages.render import render_problem
from services.dashboard.signing_in.visit import Visit
from shared.store.bots.read import find_bot
from shared.store.bots.rows import BotRow

NOT_FOUND = 404
NO_SUCH_BOT = "There is no such bot in this workspace. It may have been deleted."

BotHandler = Callable[[Visit, BotRow], Awaitable[Response]]


def of_bot(handler: BotHandler) -> Handler:
    """Return a page's handler that finds the bot of the path first, or answers 404."""

    async def find_first(visit: Visit) -> Response:
        bot_id = id_in_path(visit, "id")
        bot = bot_id and await find_bot(visit.context.database, workspace_id=visit.workspace_id, bot_id=bot_id)
        return await handler(visit, bot) if bot else no_such_bot(visit)

    return find_first


def no_such_bot(visit: Visit) -> Response:
    """Return the page for a bot that is not there."""
    return render_problem(visit, NOT_FOUND, NO_SUCH_BOT)


def id_in_path(visit: Visit, name: str) -> UUID | None:
    """Return the id that stands in the path, None for what is no id."""
    return id_of(visit.request.path_params[name])


def id_of(text: str) -> UUID | None:
    """Return the id that the text is, or None."""
    try:
        return UUID(text)
    except ValueError:
        return None
