"""One provider call, streamed to the user where the user waits for a stream."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial

from services.workers.completion.attempt import Attempt, Called
from services.workers.completion.deltas import Deltas
from services.workers.completion.prepare import Prompt
from services.workers.completion.prompt_memory import PromptMemory, cache_key_of
from services.workers.completion.resolve import Resolved
from shared.clock import monotonic_seconds
from shared.domain.turn_status import Door
from shared.metrics import call_seconds, calls_failed
from shared.providers.port import CallFailure, CallResult, ChatCall, Credential, Provider, Providers
from shared.queue.replies import ReplyWriter
from shared.store.turns.renew import CallNote
from shared.store.turns.rows import ClaimedTurn


class Asker:
    """Asks providers, and sends their text on as it comes."""

    def __init__(
        self,
        providers: Providers,
        replies: ReplyWriter,
        *,
        provider_timeout_seconds: float,
        delta_interval_seconds: float,
    ) -> None:
        self._providers = providers
        self._replies = replies
        self._provider_timeout_seconds = provider_timeout_seconds
        self._delta_interval_seconds = delta_interval_seconds
        self._prompts = PromptMemory()

    async def ask(
        self,
        attempt: Attempt,
        resolved: Resolved,
        prompt: Prompt,
        credential: Credential | None,
        *,
        now: datetime,
    ) -> Called:
        """Run one provider call to its end; it fails as a value, and takes no longer than the turn has left."""
        model, started = resolved.model, monotonic_seconds()
        call = self._call_of(attempt.turn, resolved, prompt, credential, now=now, started=started)
        attempt.held.call = CallNote(model.provider, model.wire_id, resolved.key_use)
        first_text: list[float] = []
        result = await self._exchange(self._providers[model.provider], call, attempt, first_text)
        seconds = monotonic_seconds() - started
        call_seconds.labels(model.provider).observe(seconds)
        if isinstance(result, CallFailure):
            calls_failed.labels(model.provider, result.error.value).inc()
        first_text_ms = round((first_text[0] - started) * 1000) if first_text else None
        return Called(result, call_ms=round(seconds * 1000), first_text_ms=first_text_ms)

    def _call_of(
        self,
        turn: ClaimedTurn,
        resolved: Resolved,
        prompt: Prompt,
        credential: Credential | None,
        *,
        now: datetime,
        started: float,
    ) -> ChatCall:
        model, key_use = resolved.model, resolved.key_use
        left_seconds = (turn.deadline_at - now).total_seconds()
        return ChatCall(
            model=model,
            messages=prompt.messages,
            system=prompt.system,
            passages=prompt.passages,
            parameters=turn.parameters,
            credential=credential,
            stream=turn.door is Door.STREAM,
            timeout_seconds=min(self._provider_timeout_seconds, max(left_seconds, 0.0)),
            marks_system=self._prompts.marks(prompt.system, model, key_use.key_id if key_use else None, started),
            cache_key=cache_key_of(prompt, model, turn.bot_id),
        )

    async def _exchange(
        self,
        provider: Provider,
        call: ChatCall,
        attempt: Attempt,
        first_text: list[float],
    ) -> CallResult:
        if not call.stream:
            return await provider.call(call)
        async with await self._open_deltas(attempt.turn) as deltas:
            return await provider.call(call, _noting(attempt.text, first_text, deltas.add))

    async def _open_deltas(self, turn: ClaimedTurn) -> Deltas:
        if turn.attempt > 1:  # what an earlier attempt sent is void
            await self._replies.reset(turn.turn_id, turn.attempt)
        send = partial(self._replies.delta, turn.turn_id, turn.attempt)
        return Deltas(send, interval_seconds=self._delta_interval_seconds)


def _noting(pieces: list[str], first_text: list[float], forward: Callable[[str], None]) -> Callable[[str], None]:
    """Return an `on_text` that keeps each piece, and the instant of the first, before it is forwarded."""

    def take(text: str) -> None:
        if not first_text:
            first_text.append(monotonic_seconds())
        pieces.append(text)
        forward(text)

    return take
