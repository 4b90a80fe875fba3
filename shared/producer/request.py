"""What a producer asks of its bot, and the same as admission reads it; pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from shared.admission.field_rules import (
    LONGEST_CONVERSATION_ID,
    LONGEST_IDEMPOTENCY_KEY,
    LONGEST_MODEL_ID,
    LONGEST_USER_ID,
    ROLES,
    problem_with_id,
    problem_with_text,
)
from shared.admission.refusal import Refusal
from shared.admission.request import ChatRequest
from shared.domain.parameter_values import problem_with_parameters
from shared.domain.refusal_code import RefusalCode
from shared.domain.turn_status import Door

LONGEST_DEADLINE_SECONDS: Final = 7 * 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnRequest:
    """One turn to submit: `text` is the new user message.

    With `conversation` (the caller's own id, up to 128 characters) the product keeps the history and runs the
    conversation's turns one at a time. Without, `earlier` are the messages before `text`, each
    `{"role": "system" | "user" | "assistant", "content": "..."}`.
    `model`: "default" is the bot's own. `parameters` are the model's (`{"temperature": 0.2}`).
    `idempotency_key`: the same key and the same request within 24 h is the same turn.
    `deadline_seconds` counts from acceptance; a turn that is not answered by then ends as `expired`. None: 24 h.
    """

    text: str
    conversation: str | None = None
    earlier: Sequence[Mapping[str, str]] = ()
    user: str | None = None
    model: str = "default"
    parameters: Mapping[str, Any] = field(default_factory=dict)
    idempotency_key: str | None = None
    deadline_seconds: float | None = None


def chat_request_of(request: TurnRequest) -> ChatRequest | Refusal:
    """Return the request as admission reads it, or the refusal that names the field and the fix."""
    problem = _problem_with(request)
    if problem is not None:
        param, sentence = problem
        return Refusal(RefusalCode.INVALID_REQUEST, sentence, param)
    return ChatRequest(
        model=request.model,
        question=request.text,
        door=Door.PRODUCER,
        messages=_own_messages(request) if request.conversation is None else None,
        conversation=request.conversation,
        end_user=request.user,
        parameters=request.parameters,
        idempotency_key=request.idempotency_key,
        body_hash=_body_hash(request) if request.idempotency_key is not None else None,
        deadline_seconds=request.deadline_seconds,
    )


def _problem_with(request: TurnRequest) -> tuple[str, str] | None:
    ids = (
        ("model", request.model, LONGEST_MODEL_ID),
        ("conversation", request.conversation, LONGEST_CONVERSATION_ID),
        ("user", request.user, LONGEST_USER_ID),
        ("idempotency_key", request.idempotency_key, LONGEST_IDEMPOTENCY_KEY),
    )
    for name, value, longest in ids:
        problem = None if value is None else problem_with_id(name, value, longest)
        if problem is not None:
            return name, problem
    problem = problem_with_text("text", request.text)
    if problem is not None:
        return "text", problem
    return (
        _problem_with_earlier(request)
        or _problem_with_deadline(request.deadline_seconds)
        or (_problem_with_parameters(request.parameters) if request.parameters else None)
    )


def _problem_with_earlier(request: TurnRequest) -> tuple[str, str] | None:
    if request.earlier and request.conversation is not None:
        return "earlier", "earlier must be empty when conversation is given; the history is kept here."
    for place, message in enumerate(request.earlier):
        if message.get("role") not in ROLES:
            return "earlier", f"earlier[{place}].role must be system, user or assistant."
        problem = problem_with_text(f"earlier[{place}].content", message.get("content"))
        if problem is not None:
            return "earlier", problem
    return None


def _problem_with_deadline(seconds: float | None) -> tuple[str, str] | None:
    if seconds is None or 0 < seconds <= LONGEST_DEADLINE_SECONDS:
        return None
    return "deadline_seconds", f"deadline_seconds must be above 0 and at most {LONGEST_DEADLINE_SECONDS:.0f}."


def _problem_with_parameters(parameters: Mapping[str, Any]) -> tuple[str, str] | None:
    try:
        text = orjson.dumps(dict(parameters))
    except TypeError:
        return "parameters", "parameters must hold what JSON can: texts, numbers, lists and objects."
    if b"\\u0000" in text:
        return "parameters", "parameters contain a NUL character; remove it."
    return problem_with_parameters(parameters)


def _own_messages(request: TurnRequest) -> list[dict[str, str]]:
    earlier = [{"role": ROLES[message["role"]], "text": message["content"]} for message in request.earlier]
    return [*earlier, {"role": "user", "text": request.text}]


def _body_hash(request: TurnRequest) -> bytes:
    """Return what makes two requests the same; when they are to be answered by is no part of it."""
    fields = {
        "model": request.model,
        "text": request.text,
        "conversation": request.conversation,
        "earlier": [dict(message) for message in request.earlier],
        "user": request.user,
        "parameters": dict(request.parameters),
    }
    return hashlib.sha256(orjson.dumps(fields, option=orjson.OPT_SORT_KEYS)).digest()
