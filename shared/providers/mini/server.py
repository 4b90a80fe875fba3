"""Mini on a server that speaks OpenAI's Chat Completions, with the platform's own key."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import structlog

from shared.domain.catalogue import Model
from shared.domain.error_types import ErrorType
from shared.domain.secret import Secret
from shared.providers.port import Answer, CallFailure, CallResult, ChatCall, Credential, OnText, ProbeResult, Provider

NO_KEY_NEEDED = "none"
"""Sent where no key is configured: local servers ignore it, but the protocol has a place for one."""
CALLERS_OWN = frozenset({ErrorType.REQUEST_INVALID, ErrorType.CONTEXT_TOO_LONG, ErrorType.CONTENT_REFUSED})
"""What the caller's message causes, whatever state the server is in."""
TOLD_AGAIN_SECONDS = 60.0
_log = structlog.get_logger()


class ServedMini:
    """Sends Mini's calls on under the server's own model name, and tells the operators when the server fails."""

    def __init__(self, provider: Provider, model_name: str, key: Secret, clock: Callable[[], float]) -> None:
        self._provider = provider
        self._model_name = model_name
        self._credential = Credential(key or Secret(NO_KEY_NEEDED))
        self._clock = clock
        self._told: dict[ErrorType, float] = {}

    async def call(self, call: ChatCall, on_text: OnText | None = None) -> CallResult:
        """Run one call, as `Provider.call` says; whatever credential it has is not used."""
        began = self._clock()
        ours = replace(call, model=replace(call.model, wire_id=self._model_name), credential=self._credential)
        result = await self._provider.call(ours, on_text)
        left_seconds = call.timeout_seconds - (self._clock() - began)
        if _said_nothing(result, ours) and left_seconds > 0:
            result = await self._whole(replace(ours, stream=False, timeout_seconds=left_seconds), on_text)
        if isinstance(result, CallFailure) and result.error not in CALLERS_OWN:
            self._tell(result)
        return result

    async def probe(self, credential: Credential, models: Sequence[Model], timeout_seconds: float) -> ProbeResult:  # noqa: ARG002
        """Ask whether the server answers, as `Provider.probe` says."""
        named = [replace(model, wire_id=self._model_name) for model in models]
        return await self._provider.probe(self._credential, named, timeout_seconds)

    async def _whole(self, call: ChatCall, on_text: OnText | None) -> CallResult:
        """Ask for the answer in one piece: some servers name the reason of a failure only there.

        Twice at most: a server may close the connection of its broken stream just as it is used again.
        """
        result = await self._provider.call(call)
        if isinstance(result, CallFailure) and result.error is ErrorType.CONNECTION:
            result = await self._provider.call(call)
        if isinstance(result, Answer) and on_text is not None and result.text:
            on_text(result.text)
        return result

    def _tell(self, failure: CallFailure) -> None:
        """Write the failure into the log, of each kind once a minute: a server that is down fails every call."""
        now = self._clock()
        if now - self._told.get(failure.error, float("-inf")) >= TOLD_AGAIN_SECONDS:
            self._told[failure.error] = now
            _log.error("mini_server_failed", error=failure.error.value, status=failure.status, model=self._model_name)


def _said_nothing(result: CallResult, call: ChatCall) -> bool:
    """Tell whether a stream began and ended without a word, which is no answer and no reason either."""
    is_broken = isinstance(result, CallFailure) and result.error is ErrorType.STREAM_BROKEN
    return call.stream and is_broken and not result.text
