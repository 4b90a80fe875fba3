"""What callers read: whole bodies and streams."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import orjson

from services.gateway.chat_body import chat_body
from services.gateway.chat_stream import DONE, ChatStream
from shared.domain.error_types import APOLOGY
from shared.domain.turn_result import TurnError, TurnResult
from shared.domain.turn_status import TurnStatus
from shared.domain.usage import Usage
from shared.queue.reply_entries import Delta

GOOD = TurnResult("t-1", TurnStatus.COMPLETED, 1, answer="Good day", finish_reason="stop", model="gpt-5")
ERROR = TurnError("key_refused", "The key was refused.", retryable=True)
FAILED = replace(GOOD, status=TurnStatus.FAILED, answer=None, error=ERROR)


def stream(**options: bool) -> ChatStream:
    return ChatStream("t-1", "gpt-5", 0, includes_usage=options.get("includes_usage", False))


def read(chunks: list[bytes]) -> tuple[str, dict[str, Any]]:
    """Return the text of chunks and the last chunk that has a choice."""
    assert chunks[-1] == DONE
    values = [orjson.loads(chunk[6:]) for chunk in chunks[:-1]]
    with_choice = [value for value in values if value["choices"]]
    return "".join(value["choices"][0]["delta"].get("content", "") for value in with_choice), with_choice[-1]


def test_a_completed_turn_is_an_ordinary_completion() -> None:
    body = chat_body(replace(GOOD, usage=Usage(input_tokens=3, output_tokens=2)), 7)

    assert body["choices"][0]["message"]["content"] == "Good day"
    assert body["usage"]["total_tokens"] == 5
    assert body["mevichat"]["status"] == "completed"


def test_a_failed_turn_reads_the_apology_exactly_and_the_reason_stands_apart() -> None:
    body = chat_body(FAILED, 7)

    assert body["choices"][0]["message"]["content"] == APOLOGY
    assert body["mevichat"]["error"] == {"type": "key_refused", "reason": "The key was refused.", "retryable": True}


def test_text_that_broke_off_is_kept_and_followed_by_the_apology() -> None:
    body = chat_body(replace(FAILED, answer="Good", partial=True), 7)

    assert body["choices"][0]["message"]["content"] == f"Good\n{APOLOGY}"


def test_a_stream_sends_each_piece_once_and_closes_with_status() -> None:
    reply = stream()
    pieces = [reply.delta(Delta(1, 0, "Good ")), reply.delta(Delta(1, 1, "day"))]

    text, last = read([piece for piece in pieces if piece] + list(reply.end(GOOD)))

    assert text == "Good day"
    assert last["choices"][0]["finish_reason"] == "stop"
    assert last["mevichat"]["status"] == "completed"


def test_after_a_gap_nothing_is_forwarded_and_the_rest_comes_at_the_end() -> None:
    reply = stream()
    pieces = [reply.delta(Delta(1, 0, "Good ")), reply.delta(Delta(1, 2, "y"))]

    text, _ = read([piece for piece in pieces if piece] + list(reply.end(GOOD)))

    assert pieces[1] is None
    assert text == "Good day"


def test_a_stream_that_broke_off_ends_with_a_line_break_and_the_apology() -> None:
    reply = stream()
    first = reply.delta(Delta(1, 0, "Good"))
    assert first is not None

    text, last = read([first, *reply.end(replace(FAILED, answer="Good", partial=True))])

    assert text == f"Good\n{APOLOGY}"
    assert last["mevichat"]["error"]["type"] == "key_refused"


def test_a_stream_without_text_that_failed_reads_the_apology_exactly() -> None:
    text, _ = read(list(stream().end(FAILED)))

    assert text == APOLOGY


def test_usage_comes_in_a_chunk_of_its_own_when_it_was_asked_for() -> None:
    chunks = list(stream(includes_usage=True).end(replace(GOOD, usage=Usage(output_tokens=2))))

    assert orjson.loads(chunks[-2][6:])["usage"]["completion_tokens"] == 2


def test_an_answer_that_begins_anew_after_text_has_left_closes_as_ready() -> None:
    reply = stream()
    first = reply.delta(Delta(1, 0, "Good"))
    assert first is not None
    assert reply.has_sent_text

    _, last = read([first, *reply.begin_again("t-1")])

    assert last["mevichat"] == {
        "turn_id": "t-1",
        "status": "ready",
        "error": None,
        "ignored_parameters": {},
        "cached": False,
    }
