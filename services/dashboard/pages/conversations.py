"""The page on which conversations are found, and the page of one conversation."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote
from uuid import UUID

from starlette.responses import Response

from services.dashboard.errors import AdminError, invalid
from services.dashboard.pages.conversation_search import (
    NO_SUCH_TURN,
    fields_of,
    query_of,
    search_of,
    turn_id_of,
)
from services.dashboard.pages.cursors import cursor_of
from services.dashboard.pages.page import Page
from services.dashboard.pages.render import bare_page, go_to, render, render_problem
from services.dashboard.signing_in.visit import Visit
from shared.domain.text_rules import storable_text_problem
from shared.domain.turn_status import TurnStatus
from shared.store.bots.read import list_bots
from shared.store.turns.conversation_page import ConversationPage, read_conversation_end
from shared.store.turns.read import read_own_turn
from shared.store.turns.search import search_turns

PAGE = 50
MOST_DIGITS = 18
NOT_FOUND = 404
NO_SUCH_CONVERSATION = "There is no such conversation in this workspace."


async def show(visit: Visit) -> Response:
    """Search the workspace's turns; a turn's id leads to the turn."""
    values = fields_of(visit)
    try:
        if values["turn"]:
            return go_to(f"/turns/{await _known_turn(visit, values['turn'])}")
        found, refusal = await _found(visit, values), None
    except AdminError as problem:
        found, refusal = {"lines": [], "older": None, "is_live": False}, problem
    return render(
        visit,
        "conversations.html",
        200 if refusal is None else refusal.status,
        values=values,
        query=query_of(values),
        refusal=refusal,
        bots=await list_bots(visit.context.database, visit.workspace_id),
        statuses=list(TurnStatus),
        **found,
    )


async def rows(visit: Visit) -> Response:
    """Return the list alone, for the page that keeps itself fresh."""
    values = fields_of(visit)
    return bare_page("conversations_list.html", now=visit.now, query=query_of(values), **await _found(visit, values))


async def show_one(visit: Visit) -> Response:
    """Show a conversation from its end; with `?part=turns` the turns alone, for the page that keeps itself fresh."""
    page = await _read(visit)
    if page is None:
        return render_problem(visit, NOT_FOUND, NO_SUCH_CONVERSATION)
    bot, conversation = visit.request.path_params["bot"], visit.request.path_params["conversation"]
    path = f"/conversations/{bot}/{quote(conversation, safe='')}"
    before = visit.query("before")
    shown = {
        "page": page,
        "conversation": conversation,
        "path": path,
        "here": f"{path}?before={before}" if before else path,
        "is_live": any(not turn.status.is_ended for turn in page.turns),
    }
    if visit.query("part") == "turns":
        return bare_page("conversation_turns.html", visit=visit, csrf=visit.csrf, now=visit.now, **shown)
    return render(visit, "conversation.html", **shown)


async def _known_turn(visit: Visit, text: str) -> UUID:
    turn = await read_own_turn(visit.context.database, workspace_id=visit.workspace_id, turn_id=turn_id_of(text))
    if turn is None:
        raise invalid("turn", NO_SUCH_TURN)
    return turn.turn_id


async def _found(visit: Visit, values: dict[str, str]) -> dict[str, Any]:
    """Return a page of lines and where the next one begins."""
    found = await search_turns(visit.context.database, search_of(visit, values), limit=PAGE + 1)
    lines = found[:PAGE]
    return {
        "lines": lines,
        "older": cursor_of(lines[-1].place) if len(found) > PAGE else None,
        "is_live": any(not line.status.is_ended for line in lines),
    }


async def _read(visit: Visit) -> ConversationPage | None:
    conversation, before = visit.request.path_params["conversation"], visit.query("before")
    try:
        bot_id = UUID(visit.request.path_params["bot"])
    except ValueError:
        return None
    if storable_text_problem(conversation) is not None:
        return None
    is_position = before.isascii() and before.isdigit() and len(before) <= MOST_DIGITS
    return await read_conversation_end(
        visit.context.database,
        workspace_id=visit.workspace_id,
        bot_id=bot_id,
        conversation=conversation,
        before_position=int(before) if is_position else None,
        limit=PAGE,
    )


PAGES = [
    Page("/conversations", show),
    Page("/conversations/list", rows),
    Page("/conversations/{bot}/{conversation:path}", show_one),
]
