"""Whether a key works, asked by the smallest completion; the same way for every provider."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from time import monotonic
from typing import Any

import orjson

from shared.domain.catalogue import Model
from shared.domain.chat import ChatMessage
from shared.domain.error_types import ErrorType
from shared.domain.key_rules import KeyRule, SaveAnswer, key_rule
from shared.providers.port import (
    CallFailure,
    CallResult,
    ChatCall,
    Credential,
    ProbeAccepted,
    ProbeInconclusive,
    ProbeRefused,
    ProbeResult,
)
from shared.providers.wire_values import mapping, text

QUESTION = (ChatMessage("user", "Reply with OK."),)
NO_MODEL = CallFailure(ErrorType.MODEL_UNAVAILABLE)
Call = Callable[[ChatCall], Awaitable[CallResult]]
ListModels = Callable[[Credential, float], Awaitable[tuple[str, ...] | None]]


async def probe_key(
    credential: Credential,
    models: Sequence[Model],
    timeout_seconds: float,
    *,
    call: Call,
    list_models: ListModels,
    parameters: Mapping[str, Any],
) -> ProbeResult:
    """Ask one model after the other until one answers for the key; a model that is refused may be the model's fault."""
    ends_at = monotonic() + timeout_seconds
    blocked: dict[str, CallFailure] = {}
    for model in models:
        left_seconds = max(ends_at - monotonic(), 0.0)
        question = ChatCall(model, QUESTION, parameters=parameters, credential=credential, timeout_seconds=left_seconds)
        result = await call(question)
        if isinstance(result, CallFailure) and _rule(result).may_be_the_model:
            blocked[model.id] = result
            continue
        if isinstance(result, CallFailure) and _rule(result).save is not SaveAnswer.ACCEPTED:
            return _judge(result)
        listed = await list_models(credential, max(ends_at - monotonic(), 0.0))
        return ProbeAccepted(model.id, listed, result.request_id, blocked)
    return _on_no_model(blocked)


def read_model_ids(body: bytes) -> tuple[str, ...] | None:
    """Return the wire ids of a model list, which both providers write alike; None when it is none."""
    try:
        entries = mapping(orjson.loads(body)).get("data")
    except ValueError:
        return None
    if not isinstance(entries, list):
        return None
    ids = (text(mapping(entry), "id") for entry in entries)
    return tuple(each for each in ids if each)


def _judge(failure: CallFailure) -> ProbeResult:
    proves = _rule(failure).after_probe is not None or failure.error is ErrorType.NO_KEY
    return ProbeRefused(failure) if proves else ProbeInconclusive(failure)


def _on_no_model(blocked: Mapping[str, CallFailure]) -> ProbeResult:
    """Judge a key that no model answered: a missing scope is the key's, missing models are not (DESIGN 6)."""
    if not blocked:
        return ProbeInconclusive(NO_MODEL)
    for failure in blocked.values():
        if failure.error is not ErrorType.MODEL_UNAVAILABLE:
            return ProbeRefused(failure)
    last = list(blocked.values())[-1]
    return ProbeAccepted(None, None, last.request_id, blocked)


def _rule(failure: CallFailure) -> KeyRule:
    return key_rule(failure.error, failure.status)
