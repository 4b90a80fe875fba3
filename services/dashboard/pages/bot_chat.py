"""The test chat: a message to the bot without its token, answered word by word or on the next page."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any
from uuid import UUID

import orjson
from starlette.responses import Response, StreamingResponse

from services.dashboard.errors import AdminError, invalid
from services.dashboard.json_response import json_response
from services.dashboard.pages.bot_page import conversation_of, facts_of, new_conversation, render_bot
from services.dashboard.pages.of_bot import NO_SUCH_BOT, of_bot
from services.dashboard.pages.page import Page
from services.dashboard.pages.render import go_to
from services.dashboard.signing_in.visit import Visit
from shared.admission.admission import Admitted
from shared.admission.bot_holders import BotAddress, BotHolders
from shared.admission.refusal import Refusal
from shared.admission.request import ChatRequest
from shared.domain.refusal_code import RefusalCode
from shared.domain.roles import Role
from shared.domain.turn_result import TurnResult
from shared.domain.turn_status import Door
from shared.queue.reply_entries import Delta, Done
from shared.replies.follow import follow_turn
from shared.replies.reply_text import ReplyText
from shared.store.bots.rows import BotRow

STREAM = "application/x-ndjson"
"""One JSON object a line: `text`, `again` when the text so far is void, `end` at last."""
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no", "X-Content-Type-Options": "nosniff"}
LONGEST_MESSAGE = 100_000
SPARE_SECONDS = 10.0
"""How long after its deadline a turn may take to be seen as expired."""
STATUSES = {
    RefusalCode.INVALID_API_KEY: 404,
    RefusalCode.PLAN_FORBIDS_MODEL: 403,
    RefusalCode.QUOTA_EXCEEDED: 429,
    RefusalCode.RATE_LIMIT_EXCEEDED: 429,
    RefusalCode.TOO_MANY_WAITING: 429,
    RefusalCode.BACKLOG_FULL: 503,
    RefusalCode.UNAVAILABLE: 503,
}


async def say(visit: Visit, bot: BotRow) -> Response:
    """Send a message to the bot; it counts like any other."""
    streams = STREAM in visit.request.headers.get("accept", "")
    conversation = conversation_of(visit.form.get("conversation", "")) or new_conversation()
    try:
        admitted = await _admit(visit, bot, conversation, Door.STREAM if streams else Door.WHOLE)
    except AdminError as refusal:
        if streams:
            return json_response({"problem": refusal.message}, refusal.status)
        return await render_bot(visit, bot, refusal)
    if streams:
        return StreamingResponse(_lines(visit, admitted.turn_id), media_type=STREAM, headers=HEADERS)
    seconds = visit.context.settings.caller_deadline_seconds + SPARE_SECONDS
    await visit.context.waiting.result_of(admitted.turn_id, within_seconds=seconds)
    return go_to(f"/bots/{bot.bot_id}?conversation={conversation}#chat")


async def _admit(visit: Visit, bot: BotRow, conversation: str, door: Door) -> Admitted:
    message = visit.form.get("message", "").replace("\r\n", "\n").strip()
    if not 1 <= len(message) <= LONGEST_MESSAGE:
        raise invalid("message", f"Write a message of 1 to {LONGEST_MESSAGE:,} characters.")
    decision = await visit.context.admission.admit(
        ChatRequest(model="default", question=message, door=door, conversation=conversation),
        BotAddress(visit.workspace_id, bot.bot_id),
        BotHolders(visit.context.database),
        visit.context.waiting.inbox.name,
    )
    if isinstance(decision, Refusal):
        is_gone = decision.code is RefusalCode.INVALID_API_KEY
        sentence = NO_SUCH_BOT if is_gone else decision.message
        raise AdminError(STATUSES.get(decision.code, 422), decision.code, sentence, "message")
    return decision


async def _lines(visit: Visit, turn_id: UUID) -> AsyncIterator[bytes]:
    """Yield the reply as it comes; an empty line now and then keeps the connection alive."""
    reply = ReplyText()
    async with aclosing(follow_turn(visit.context.waiting, turn_id)) as entries:
        async for entry in entries:
            if entry is None:
                yield b"\n"
            elif isinstance(entry, Delta):
                text = reply.take(entry)
                if text is not None:
                    yield _line({"text": text})
            elif isinstance(entry, Done):
                for text in reply.end(entry.result):
                    yield _line({"text": text})
                yield _line({"end": _end(entry.result)})
            else:
                reply = ReplyText()
                yield _line({"again": True})


def _end(result: TurnResult) -> dict[str, Any]:
    facts = facts_of(result.model, result.usage, result.sources, is_cached=result.cached)
    return {"status": result.status, "reason": result.error.reason if result.error else None, "facts": facts}


def _line(value: dict[str, Any]) -> bytes:
    return orjson.dumps(value) + b"\n"


PAGES = [Page("/bots/{id}/chat", of_bot(say), Role.ADMIN, "POST")]
