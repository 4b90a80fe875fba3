"""`POST /v1/chat/completions`: one message in, a reply out: whole, streamed, or later."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from services.gateway.authenticate import bearer_hash
from services.gateway.body import read_body
from services.gateway.chat_body import chat_body
from services.gateway.chat_stream import KEEP_ALIVE, ChatStream
from services.gateway.context import GatewayContext, context_of
from services.gateway.errors import leaving_response, rate_headers, refusal_response
from services.gateway.event_stream import EventStream
from services.gateway.json_response import json_response
from services.gateway.parse_chat import USER_HEADER, ChatBody, parse_chat
from shared.admission.admission import Admitted
from shared.admission.refusal import TOKEN_REFUSED, Refusal
from shared.domain.turn_status import Door
from shared.ids import drawn_at
from shared.queue.reply_entries import Delta, Done, StreamEntry
from shared.replies.follow import follow_known_turn, follow_turn
from shared.replies.results import result_of_row
from shared.replies.waiting import LeavingError
from shared.store.turns.read import read_turns
from shared.store.turns.rows import TurnRow

STATUS_HEADER = "Mevichat-Turn-Status"
SPARE_SECONDS = 10.0
"""How long after its deadline a turn may take to be seen as expired."""


async def complete(request: Request) -> Response:
    """Admit a message and answer it."""
    context, token_hash = context_of(request), bearer_hash(request)
    if await context.holders.find(token_hash) is None:  # who may not speak is told so, whatever was said
        return refusal_response(TOKEN_REFUSED, now=context.clock())
    body = parse_chat(
        await read_body(request, context.settings.body_limit_bytes),
        is_async="respond-async" in request.headers.get("prefer", ""),
        idempotency_key=request.headers.get("idempotency-key"),
        end_user=request.headers.get(USER_HEADER),
    )
    decision = await context.admission.admit(body.request, token_hash, context.holders, context.waiting.inbox.name)
    if isinstance(decision, Refusal):
        return refusal_response(decision, now=context.clock())
    if body.request.door is Door.ASYNC:
        return _later(decision)
    known = await _turn_of(context, decision.turn_id) if decision.is_replay else None
    if body.request.door is Door.STREAM:
        return _streamed(context, body, decision, known)
    try:
        return await _whole(context, decision, known)
    except LeavingError:
        return leaving_response(decision.turn_id)


def _later(admitted: Admitted) -> Response:
    body = {"turn_id": admitted.turn_id, "status": admitted.status}
    headers = {"Location": f"/v1/turns/{admitted.turn_id}", "Preference-Applied": "respond-async"}
    return json_response(body, 202, headers | rate_headers(admitted.rate))


async def _turn_of(context: GatewayContext, turn_id: UUID) -> TurnRow:
    return (await read_turns(context.database, [turn_id]))[turn_id]


async def _whole(context: GatewayContext, admitted: Admitted, known: TurnRow | None) -> Response:
    has_ended = known is not None and known.status.is_ended
    seconds = context.settings.caller_deadline_seconds + SPARE_SECONDS
    result = (
        result_of_row(known)
        if known and has_ended
        else await context.waiting.result_of(admitted.turn_id, within_seconds=seconds)
    )
    headers = {STATUS_HEADER: result.status, **rate_headers(admitted.rate)}
    return json_response(chat_body(result, drawn_at(admitted.turn_id)), 200, headers)


def _streamed(context: GatewayContext, body: ChatBody, admitted: Admitted, known: TurnRow | None) -> Response:
    stream = ChatStream(
        str(admitted.turn_id),
        known.model if known else admitted.model,
        drawn_at(admitted.turn_id),
        includes_usage=body.includes_usage,
    )
    entries = follow_known_turn(context.waiting, known) if known else follow_turn(context.waiting, admitted.turn_id)
    return EventStream(_chunks(stream, admitted.turn_id, entries), rate_headers(admitted.rate))


async def _chunks(
    stream: ChatStream, turn_id: UUID, entries: AsyncGenerator[StreamEntry | None, None]
) -> AsyncGenerator[bytes, None]:
    yield stream.begin()
    async with aclosing(entries):
        async for entry in entries:
            if entry is None:
                yield KEEP_ALIVE
            elif isinstance(entry, Delta):
                chunk = stream.delta(entry)
                if chunk is not None:
                    yield chunk
            elif isinstance(entry, Done):
                yield b"".join(stream.end(entry.result))
            elif stream.has_sent_text:
                yield b"".join(stream.begin_again(str(turn_id)))
                return
