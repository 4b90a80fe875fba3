"""Whether a key works, asked by the smallest completion; the same way for every provider."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from time import monotonic
from typing import Any

import orjson

from shared.domain.catalogue import Model
from shared.domain.chat import ChatMessage
from shared.domain.error_types import ErrorType
from shared.providers.port import (
    Answer,
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


async def probe_key(
    credential: Credential,
    models: Sequence[Model],
    timeout_seconds: float,
    *,
    call: Callable[[ChatCall], Awaitable[CallResult]],
    list_models: Callable[[Credential, float], Awaitable[tuple[str, ...] | None]],
    parameters: Mapping[str, Any],
) -> ProbeResult:
    """Ask the first model that exists; a missing model says nothing about the key, so the next is asked."""
    ends_at = monotonic() + timeout_seconds
    failure = NO_MODEL
    for model in models:
        left_seconds = max(ends_at - monotonic(), 0.0)
        question = ChatCall(model, QUESTION, parameters=parameters, credential=credential, timeout_seconds=left_seconds)
        result = await call(question)
        if isinstance(result, Answer):
            listed = await list_models(credential, max(ends_at - monotonic(), 0.0))
            return ProbeAccepted(model.id, listed, result.request_id)
        if result.error is not ErrorType.MODEL_UNAVAILABLE:
            return _judge(result)
        failure = result
    return ProbeInconclusive(failure)


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
    accuses = failure.error.accuses_key or failure.error is ErrorType.NO_KEY
    return ProbeRefused(failure) if accuses else ProbeInconclusive(failure)
