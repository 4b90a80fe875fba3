"""The steps of a turn that only turn values into values, each over one fixed input."""

from __future__ import annotations

from collections.abc import Callable

import orjson

from services.gateway.chat_body import chat_body
from services.gateway.json_response import json_response
from services.gateway.parse_chat import parse_chat
from shared.domain.catalogue import load_catalogue
from shared.domain.chat import ChatMessage
from shared.domain.turn_result import TurnResult
from shared.domain.turn_status import TurnStatus
from shared.domain.usage import Usage, UsageKind
from shared.providers.openai.request import build_request
from shared.providers.openai.stream import read_chunk, read_whole
from shared.providers.port import ChatCall
from shared.providers.reading import Reading
from shared.queue.reply_entries import Done, read_entry, write_entry

TEXT = "Loose and rich, a little acid, and never wet for long. " * 20
REQUEST = orjson.dumps({"model": "default", "messages": [{"role": "user", "content": TEXT}], "temperature": 0.2})
CHOICE = {"index": 0, "message": {"role": "assistant", "content": TEXT}, "finish_reason": "stop"}
ANSWER = orjson.dumps({"choices": [CHOICE], "usage": {"prompt_tokens": 240, "completion_tokens": 240}})
CHUNK = orjson.dumps({"choices": [{"index": 0, "delta": {"content": " acid"}, "finish_reason": None}]})
RESULT = TurnResult(
    turn_id="0193a2b4-0000-7000-a000-000000000000",
    status=TurnStatus.COMPLETED,
    attempt=1,
    answer=TEXT,
    finish_reason="stop",
    model="gpt-5-mini",
    provider="openai",
    usage=Usage(240, 240),
    usage_kind=UsageKind.EXACT,
)
ENTRY = write_entry(Done(RESULT))


def steps() -> dict[str, Callable[[], object]]:
    """Return the steps by name."""
    model = load_catalogue().find("gpt-5-mini")
    assert model is not None
    call = ChatCall(model, tuple(ChatMessage("user", TEXT) for _ in range(10)), system="Answer in one sentence.")
    return {
        "parse": lambda: parse_chat(REQUEST, is_async=False, idempotency_key=None),
        "build": lambda: build_request(call),
        "read": lambda: read_whole(orjson.loads(ANSWER), Reading()),
        "read_chunk": lambda: read_chunk(orjson.loads(CHUNK), Reading()),
        "write_reply": lambda: write_entry(Done(RESULT)),
        "read_reply": lambda: read_entry(ENTRY),
        "answer": lambda: json_response(chat_body(RESULT, 0)),
    }
