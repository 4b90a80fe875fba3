"""Reads a chat request's body; pure. Bad input gets one sentence that names the field and the fix."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import orjson

from services.gateway.errors import ChatError
from services.gateway.parse_messages import conversation_question, own_messages
from shared.admission.field_rules import (
    LONGEST_CONVERSATION_ID,
    LONGEST_IDEMPOTENCY_KEY,
    LONGEST_MODEL_ID,
    LONGEST_USER_ID,
    problem_with_id,
)
from shared.admission.request import ChatRequest
from shared.domain.parameter_values import problem_with_parameters
from shared.domain.turn_status import Door

USER_HEADER = "Mevichat-User"
OURS = frozenset({"model", "messages", "conversation", "user", "stream", "stream_options"})
"""Fields that we read ourselves; all others are the model's parameters."""


@dataclass(frozen=True, slots=True)
class ChatBody:
    """A chat request with what only its answer needs."""

    request: ChatRequest
    includes_usage: bool


def parse_chat(body: bytes, *, is_async: bool, idempotency_key: str | None, end_user: str | None = None) -> ChatBody:
    """Return the request; raises ChatError 400 or 422.

    `end_user` is what the header says; the field `user` comes before it.
    """
    fields = _read_object(body)
    streams = _boolean(fields, "stream")
    conversation = _text(fields, "conversation", LONGEST_CONVERSATION_ID)
    _check_idempotency_key(idempotency_key)
    if conversation is None:
        messages, question = own_messages(fields.get("messages"))
    else:
        messages, question = None, conversation_question(fields.get("messages"))
    parameters = _parameters(fields)
    request = ChatRequest(
        model=_text(fields, "model", LONGEST_MODEL_ID) or "default",
        question=question,
        door=Door.ASYNC if is_async else Door.STREAM if streams else Door.WHOLE,
        messages=messages,
        conversation=conversation,
        end_user=_text(fields, "user", LONGEST_USER_ID) or _text({USER_HEADER: end_user}, USER_HEADER, LONGEST_USER_ID),
        parameters=parameters,
        idempotency_key=idempotency_key,
        body_hash=_canonical_hash(fields) if idempotency_key else None,
    )
    options = fields.get("stream_options")
    return ChatBody(request, includes_usage=isinstance(options, dict) and options.get("include_usage") is True)


def _read_object(body: bytes) -> dict[str, Any]:
    try:
        fields = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise ChatError(400, "invalid_json", "The body is no valid JSON in UTF-8; send one JSON object.") from None
    if not isinstance(fields, dict):
        raise ChatError(422, "invalid_request", "The body must be a JSON object.")
    if b"\\u0000" in body:
        _refuse_nul(fields)
    return fields


def _refuse_nul(fields: dict[str, Any]) -> None:
    for name, value in fields.items():
        if "\x00" in name:
            raise ChatError(422, "invalid_request", "The name of a field contains a NUL character; remove it.")
        if _holds_nul(value):
            raise ChatError(422, "invalid_request", f"{name} contains a NUL character; remove it.", name)


def _holds_nul(value: Any) -> bool:
    if isinstance(value, str):
        return "\x00" in value
    if isinstance(value, dict):
        return any(_holds_nul(name) or _holds_nul(each) for name, each in value.items())
    return isinstance(value, list) and any(_holds_nul(each) for each in value)


def _boolean(fields: dict[str, Any], name: str) -> bool:
    value = fields.get(name)
    if value is not None and not isinstance(value, bool):
        raise ChatError(422, "invalid_request", f"{name} must be true or false.", name)
    return bool(value)


def _text(fields: dict[str, Any], name: str, longest: int) -> str | None:
    value = fields.get(name)
    if value is None:
        return None
    problem = problem_with_id(name, value, longest)
    if problem is not None:
        raise ChatError(422, "invalid_request", problem, name)
    return str(value)


def _parameters(fields: dict[str, Any]) -> dict[str, Any]:
    parameters = {name: value for name, value in fields.items() if name not in OURS and value is not None}
    problem = problem_with_parameters(parameters)
    if problem is not None:
        param, sentence = problem
        raise ChatError(422, "invalid_request", sentence, param)
    return parameters


def _check_idempotency_key(key: str | None) -> None:
    if key is not None and not (0 < len(key) <= LONGEST_IDEMPOTENCY_KEY and key.isprintable()):
        sentence = f"Idempotency-Key must be 1 to {LONGEST_IDEMPOTENCY_KEY} printable characters."
        raise ChatError(422, "invalid_request", sentence, "Idempotency-Key")


def _canonical_hash(fields: dict[str, Any]) -> bytes:
    return hashlib.sha256(orjson.dumps(fields, option=orjson.OPT_SORT_KEYS)).digest()
