"""Whether a key works, asked by the smallest completion; the same way for every provider."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from time import monotonic
from typing import Any

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


def _judge(failure: CallFailure) -> ProbeResult:
    accuses = failure.error.accuses_key or failure.error is ErrorType.NO_KEY
    return ProbeRefused(failure) if accuses else ProbeInconclusive(failure)
