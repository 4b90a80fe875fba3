"""What a chat body may hold, and the sentence for each thing it may not."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from services.gateway.errors import ChatError
from services.gateway.parse_chat import ChatBody, parse_chat
from shared.domain.turn_status import Door

HELLO = [{"role": "user", "content": "Hello"}]


def parse(fields: dict[str, Any] | bytes, **options: Any) -> ChatBody:
    body = fields if isinstance(fields, bytes) else orjson.dumps(fields)
    return parse_chat(body, **{"is_async": False, "idempotency_key": None} | options)


def test_a_plain_request_keeps_the_callers_messages_and_asks_the_last_user_text() -> None:
    messages = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "One"},
        {"role": "assistant", "content": "1"},
        {"role": "user", "content": [{"type": "text", "text": "T"}, {"type": "text", "text": "wo"}]},
    ]

    request = parse({"messages": messages, "temperature": 1, "user": "u-1"}).request

    assert (request.model, request.question, request.door) == ("default", "Two", Door.WHOLE)
    assert [message["role"] for message in request.messages or []] == ["system", "user", "assistant", "user"]
    assert (request.parameters, request.end_user) == ({"temperature": 1}, "u-1")


def test_a_conversation_takes_one_new_user_message_and_no_history() -> None:
    request = parse({"messages": HELLO, "conversation": "c-1"}).request

    assert (request.conversation, request.question, request.messages) == ("c-1", "Hello", None)


def test_stream_and_prefer_choose_the_door() -> None:
    assert parse({"messages": HELLO, "stream": True}).request.door is Door.STREAM
    assert parse({"messages": HELLO, "stream": True}, is_async=True).request.door is Door.ASYNC


def test_the_idempotency_hash_ignores_the_order_of_fields_and_sees_every_value() -> None:
    one = parse(b'{"messages":[{"role":"user","content":"Hello"}],"stream":false}', idempotency_key="k")
    same = parse(b'{"stream": false, "messages":[{"content":"Hello","role":"user"}]}', idempotency_key="k")
    other = parse(b'{"messages":[{"role":"user","content":"Hello"}],"stream":true}', idempotency_key="k")

    assert one.request.body_hash == same.request.body_hash != other.request.body_hash


@pytest.mark.parametrize(
    ("body", "status", "param"),
    [
        (b"{", 400, None),
        (b"\xff", 400, None),
        (b'"text"', 422, None),
        ({}, 422, "messages"),
        ({"messages": []}, 422, "messages"),
        ({"messages": "Hello"}, 422, "messages"),
        ({"messages": [{"role": "robot", "content": "x"}]}, 422, "messages[0].role"),
        ({"messages": [{"role": "tool", "content": "x"}]}, 422, "messages[0].role"),
        ({"messages": ["x"]}, 422, "messages[0].role"),
        ({"messages": [{"role": "user", "content": "  "}]}, 422, "messages[0].content"),
        ({"messages": [{"role": "user", "content": 1}]}, 422, "messages[0].content"),
        ({"messages": [{"role": "user", "content": [{"type": "image_url"}]}]}, 422, "messages[0].content"),
        ({"messages": [{"role": "assistant", "content": "x"}]}, 422, "messages"),
        ({"messages": [*HELLO, *HELLO], "conversation": "c"}, 422, "messages"),
        ({"messages": HELLO, "conversation": "c" * 129}, 422, "conversation"),
        ({"messages": HELLO, "conversation": "a\nb"}, 422, "conversation"),
        ({"messages": HELLO, "conversation": ""}, 422, "conversation"),
        ({"messages": HELLO, "stream": "yes"}, 422, "stream"),
        ({"messages": HELLO, "model": 5}, 422, "model"),
        ({"messages": HELLO, "user": ["u"]}, 422, "user"),
        (b'{"messages":[{"role":"user","content":"a\\u0000b"}]}', 422, "messages"),
        (b'{"messages":[{"role":"user","content":"a\\ud800b"}]}', 400, None),
        (b'{"messages":[{"role":"user","content":"a"}],"metadata":{"k":"\\u0000"}}', 422, "metadata"),
        (b'{"messages":[{"role":"user","content":"a"}],"me\\u0000ta":1}', 422, None),
    ],
)
def test_bad_input_gets_a_status_and_names_its_field(
    body: dict[str, Any] | bytes, status: int, param: str | None
) -> None:
    with pytest.raises(ChatError) as refused:
        parse(body)

    assert (refused.value.status, refused.value.param) == (status, param)
    assert refused.value.message.endswith(".")


def test_an_idempotency_key_must_be_short_and_printable() -> None:
    for key in ("", "k" * 256, "a\tb"):
        with pytest.raises(ChatError):
            parse({"messages": HELLO}, idempotency_key=key)
