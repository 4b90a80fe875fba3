"""A producer's request as admission reads it."""

from __future__ import annotations

from typing import Any

import pytest

from shared.admission.refusal import Refusal
from shared.admission.request import ChatRequest
from shared.domain.refusal_code import RefusalCode
from shared.domain.turn_status import Door
from shared.producer.request import TurnRequest, chat_request_of


def read(**fields: Any) -> ChatRequest:
    request = chat_request_of(TurnRequest(**{"text": "Hello"} | fields))
    assert isinstance(request, ChatRequest)
    return request


def test_without_a_conversation_the_earlier_messages_go_before_the_text() -> None:
    earlier = [{"role": "developer", "content": "Be brief."}, {"role": "assistant", "content": "Yes?"}]

    request = read(earlier=earlier)

    assert (request.door, request.question) == (Door.PRODUCER, "Hello")
    roles_and_texts = [(message["role"], message["text"]) for message in request.messages or []]
    assert roles_and_texts == [("system", "Be brief."), ("assistant", "Yes?"), ("user", "Hello")]


def test_with_a_conversation_the_history_is_the_products() -> None:
    assert read(conversation="c").messages is None


def test_the_same_key_compares_everything_but_the_deadline() -> None:
    def hash_of(**fields: Any) -> bytes | None:
        return read(idempotency_key="k", **fields).body_hash

    assert read().body_hash is None
    assert hash_of() == hash_of(deadline_seconds=5) == hash_of(parameters={})
    others: list[dict[str, Any]] = [
        {"text": "Bye"},
        {"user": "u"},
        {"conversation": "c"},
        {"model": "gpt-5"},
        {"parameters": {"seed": 1}},
    ]
    assert len({hash_of(), *(hash_of(**fields) for fields in others)}) == len(others) + 1


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"text": ""}, "text"),
        ({"text": "a\x00b"}, "text"),
        ({"text": "\ud800"}, "text"),
        ({"conversation": "c", "earlier": [{"role": "user", "content": "x"}]}, "earlier"),
        ({"earlier": [{"role": "user", "content": ""}]}, "earlier"),
        ({"idempotency_key": "k" * 256}, "idempotency_key"),
        ({"deadline_seconds": 10**9}, "deadline_seconds"),
        ({"parameters": {"metadata": {"a": "\x00"}}}, "parameters"),
        ({"parameters": {"stop": "\ud800"}}, "parameters"),
        ({"parameters": {"temperature": "warm"}}, "temperature"),
    ],
)
def test_what_cannot_be_is_refused_by_the_name_of_its_field(fields: dict[str, Any], param: str) -> None:
    refusal = chat_request_of(TurnRequest(**{"text": "Hello"} | fields))

    assert isinstance(refusal, Refusal)
    assert (refusal.code, refusal.param) == (RefusalCode.INVALID_REQUEST, param)
    assert param in refusal.message
