"""`/api/turns`: one turn with everything that is known of it, and the turns that failed."""

from __future__ import annotations

from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.dashboard.authenticate import authenticate
from services.dashboard.body import path_id
from services.dashboard.context import AdminContext, context_of
from services.dashboard.day_range import FIRST_DAY, LAST_DAY, end_of, start_of
from services.dashboard.errors import invalid, not_found
from services.dashboard.json_response import json_response
from services.dashboard.query import day_of, id_of
from services.dashboard.turn_body import turn_body, whole_turn_body
from shared.domain.turn_status import TurnStatus
from shared.store.tokens.rows import TokenHolder
from shared.store.turns.fact_rows import Place
from shared.store.turns.facts import find_turn_facts, list_attempts, list_failed_turns
from shared.store.turns.read import read_own_turn

PAGE = 100
LISTED = (TurnStatus.FAILED, TurnStatus.EXPIRED)


async def show(request: Request) -> Response:
    """Show one turn: what was said, what it ran on, what it cost, every attempt."""
    holder, context = await authenticate(request), context_of(request)
    turn_id = path_id(request, "turn")
    texts = await read_own_turn(context.database, workspace_id=holder.workspace_id, turn_id=turn_id)
    facts = await find_turn_facts(context.database, turn_id)
    if texts is None or facts is None:
        raise not_found("turn")
    return json_response(whole_turn_body(facts, texts, await list_attempts(context.database, turn_id)))


async def show_failed(request: Request) -> Response:
    """List failed turns, the latest first; `?status=expired` the expired ones, `?bot=`, `?from=`, `?to=` UTC days."""
    holder, context = await authenticate(request), context_of(request)
    from_day, to_day = day_of(request, "from", FIRST_DAY), day_of(request, "to", LAST_DAY)
    if from_day > to_day:
        raise invalid("from", "from must not be after to.")
    after = id_of(request, "after", "the next_cursor of an earlier page")
    turns = await list_failed_turns(
        context.database,
        workspace_id=holder.workspace_id,
        status=_status(request),
        from_at=start_of(from_day),
        before=end_of(to_day, None if after is None else await _place_of(context, holder, after)),
        limit=PAGE,
        bot_id=id_of(request, "bot", "the id of a bot"),
    )
    next_cursor = turns[-1].turn_id if len(turns) == PAGE else None
    return json_response({"data": [turn_body(turn) for turn in turns], "next_cursor": next_cursor})


async def _place_of(context: AdminContext, holder: TokenHolder, turn_id: UUID) -> Place:
    """Return where the last page ended."""
    turn = await find_turn_facts(context.database, turn_id)
    if turn is None or turn.workspace_id != holder.workspace_id:
        raise invalid("after", "after must be the next_cursor of an earlier page.")
    return Place(turn.accepted_at, turn.position)


def _status(request: Request) -> TurnStatus:
    text = request.query_params.get("status", TurnStatus.FAILED)
    if text not in LISTED:
        raise invalid("status", f"status takes {' or '.join(LISTED)}.")
    return TurnStatus(text)


ROUTES = [
    Route("/api/turns", show_failed, methods=["GET"]),
    Route("/api/turns/{id}", show, methods=["GET"]),
]
