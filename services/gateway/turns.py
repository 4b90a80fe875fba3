"""`/v1/turns` and `/v1/conversations`: read, retry, cancel, follow."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any
from uuid import UUID

import orjson
from starlette.requests import Request
from starlette.responses import Response

from services.gateway.authenticate import Caller, authenticate
from services.gateway.chat_body import error_body, usage_body
from services.gateway.chat_stream import KEEP_ALIVE
from services.gateway.context import GatewayContext, context_of
from services.gateway.errors import ChatError, refusal_response
from services.gateway.event_stream import EventStream
from services.gateway.json_response import json_response
from shared.admission.refusal import QUOTA_EXCEEDED
from shared.domain.sources import write_sources
from shared.domain.text_rules import storable_text_problem
from shared.domain.turn_status import TurnStatus
from shared.queue.reply_entries import Delta, Done, StreamEntry
from shared.replies.follow import follow_known_turn
from shared.store.turns.cancel import CancelCode, cancel_turn
from shared.store.turns.read import read_conversation, read_turn
from shared.store.turns.retry import RetryCode, retry_turn
from shared.store.turns.rows import TurnRow

PAGE = 100
MOST_DIGITS = 18
"""Every number of so many digits is a bigint."""
NOT_FOUND, CONFLICT, UNPROCESSABLE = 404, 409, 422


async def show(request: Request) -> Response:
    """Show one turn."""
    caller = await authenticate(request)
    return json_response(turn_body(await _find(request, caller)))


async def retry(request: Request) -> Response:
    """Run a failed or expired turn once more."""
    caller, context = await authenticate(request), context_of(request)
    turn_id = _turn_id(request)
    result = await retry_turn(
        context.database,
        bot_id=caller.bot.bot_id,
        turn_id=turn_id,
        deadline_seconds=context.settings.async_deadline_seconds,
        waiting_limit=context.admission.waiting_limit,
    )
    if result.code is RetryCode.NOT_FOUND:
        raise _no_such_turn()
    if result.code is RetryCode.NOT_RETRYABLE:
        raise ChatError(CONFLICT, "turn_not_retryable", "Only a failed or expired turn can be retried.")
    if result.code is RetryCode.ERASED:
        raise ChatError(CONFLICT, "turn_not_retryable", "The turn was erased; there is no message left to send again.")
    # a retry takes a message and a place like a new turn, and is refused like one
    if result.code is RetryCode.QUOTA_EXCEEDED:
        return refusal_response(QUOTA_EXCEEDED, now=context.clock())
    if result.code is RetryCode.TOO_MANY_WAITING:
        return refusal_response(context.admission.too_many_waiting, now=context.clock())
    if result.status is TurnStatus.READY:
        context.admission.ring_soon([turn_id])
    return json_response(turn_body(await _find(request, caller)))


async def cancel(request: Request) -> Response:
    """End a turn now; asking again answers the same."""
    caller, context = await authenticate(request), context_of(request)
    result = await cancel_turn(context.database, bot_id=caller.bot.bot_id, turn_id=_turn_id(request))
    if result.code is CancelCode.NOT_FOUND:
        raise _no_such_turn()
    if result.code is CancelCode.ENDED:
        raise ChatError(CONFLICT, "turn_ended", "The turn has already ended; it cannot be cancelled.")
    context.admission.ring_soon(result.promoted)
    return json_response(turn_body(await _find(request, caller)))


async def events(request: Request) -> Response:
    """Follow a turn by server-sent events; `Last-Event-ID` resumes."""
    caller, context = await authenticate(request), context_of(request)
    turn = await _find(request, caller)
    after = request.headers.get("last-event-id")
    return EventStream(_events(context, turn, after))


async def conversation(request: Request) -> Response:
    """Show a conversation's turns, oldest first, a page at a time."""
    caller, context = await authenticate(request), context_of(request)
    name = request.path_params["id"]
    if storable_text_problem(name):  # no conversation can have such a name
        raise ChatError(NOT_FOUND, "not_found", "This bot has no such conversation.")
    after = request.query_params.get("after", "0")
    if not (after.isascii() and after.isdigit() and len(after) <= MOST_DIGITS):
        raise ChatError(UNPROCESSABLE, "invalid_request", "after must be the next_cursor of an earlier page.", "after")
    rows = await read_conversation(
        context.database, bot_id=caller.bot.bot_id, conversation=name, after_position=int(after), limit=PAGE
    )
    if not rows and after == "0":
        raise ChatError(NOT_FOUND, "not_found", "This bot has no such conversation.")
    cursor = str(rows[-1].position) if len(rows) == PAGE else None
    return json_response({"conversation": name, "turns": [turn_body(row) for row in rows], "next_cursor": cursor})


def turn_body(turn: TurnRow) -> dict[str, Any]:
    """Return a turn as a bot's caller sees it: which key it ran on, and its provider's ids, are for the admins."""
    return {
        "turn_id": turn.turn_id,
        "conversation": turn.conversation,
        "user": turn.end_user,
        "status": turn.status,
        "model": turn.model,
        "provider": turn.provider,
        "question": turn.question,
        "answer": turn.answer,
        "partial": turn.partial,
        "error": None if turn.error is None else error_body(turn.error),
        "usage": usage_body(turn.usage) | {"kind": turn.usage_kind},
        "ignored_parameters": dict(turn.ignored_parameters),
        "cache_hit": turn.cache_hit,
        "sources": write_sources(turn.sources),
        "attempt": turn.attempt,
        "first_text_ms": turn.first_text_ms,
        "call_ms": turn.call_ms,
        "accepted_at": turn.accepted_at,
        "started_at": turn.started_at,
        "ended_at": turn.ended_at,
        "erased_at": turn.erased_at,
    }


async def _events(context: GatewayContext, turn: TurnRow, after: str | None) -> AsyncGenerator[bytes, None]:
    async with aclosing(follow_known_turn(context.waiting, turn, after)) as entries:
        async for entry in entries:
            if entry is None:
                yield KEEP_ALIVE
            elif not isinstance(entry, Done):
                yield _event(entry)
    ended = await read_turn(context.database, bot_id=turn.bot_id, turn_id=turn.turn_id)
    assert ended is not None
    yield b"event: done\ndata: %b\n\n" % orjson.dumps({"turn": turn_body(ended)}, default=str, option=orjson.OPT_UTC_Z)


def _event(entry: StreamEntry) -> bytes:
    if isinstance(entry, Delta):
        data = orjson.dumps({"id": entry.id, "text": entry.text})
        return b"id: %b\nevent: delta\ndata: %b\n\n" % (entry.id.encode(), data)
    return b"event: reset\ndata: {}\n\n"


async def _find(request: Request, caller: Caller) -> TurnRow:
    turn_id = _turn_id(request)
    turn = await read_turn(context_of(request).database, bot_id=caller.bot.bot_id, turn_id=turn_id)
    if turn is None:
        raise _no_such_turn()
    return turn


def _turn_id(request: Request) -> UUID:
    try:
        return UUID(request.path_params["id"])
    except ValueError:
        raise _no_such_turn() from None


def _no_such_turn() -> ChatError:
    return ChatError(NOT_FOUND, "not_found", "This bot has no such turn.")
