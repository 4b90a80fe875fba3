"""Room for a call under its key's limit: asked for before, given back after, whatever happens between."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime

from services.workers.completion.attempt import Attempt, Called
from services.workers.completion.endings import failed_before_call, waits_for_room
from services.workers.completion.resolve import Resolved
from shared.domain.error_types import ErrorType
from shared.domain.reasons import reason_of_failure
from shared.domain.retry_rule import GiveUp, RetryPolicy, RoomlessTurn, backoff_seconds, decide_wait_for_room
from shared.domain.turn_result import TurnError
from shared.limits.key_limits import KeyLimits
from shared.limits.values import LimitId, NoRoom, Outcome
from shared.metrics import turns_without_room
from shared.providers.port import Answer, CallResult
from shared.store.keys.rows import KeyRow
from shared.store.turns.rows import AttemptEnd


@dataclass(frozen=True, slots=True)
class Room:
    """Stands between the turns of this process and their keys' limits."""

    limits: KeyLimits
    retry_policy: RetryPolicy

    async def within(
        self, key: KeyRow | None, call: Callable[[], Awaitable[Called]], *, retries: int, was_waiting: bool = False
    ) -> Called | NoRoom:
        """Make the call if its key has room; Mini has no key and no limit. `retries` are the turn's so far."""
        if key is None:
            return await call()
        permit = await self.limits.acquire(key.key_id, key.version, was_waiting=was_waiting)
        if isinstance(permit, NoRoom):
            turns_without_room.inc()
            return permit
        outcome, pause_seconds = Outcome.OTHER, 0.0
        try:
            called = await call()
            outcome = outcome_of(called.result)
            pause_seconds = pause_after(called.result, backoff_seconds(retries, self.retry_policy))
            return called
        finally:
            self.limits.release(permit, outcome, pause_seconds=pause_seconds)

    def end_without(self, attempt: Attempt, resolved: Resolved, refusal: NoRoom, now: datetime) -> AttemptEnd:
        """Send the turn back until there is room, or end it where that would be too late."""
        turn = attempt.turn
        roomless = RoomlessTurn(refusal.pause_seconds, turn.accepted_at, turn.deadline_at, turn.door.has_waiting_caller)
        decision = decide_wait_for_room(roomless, self.retry_policy, now)
        if isinstance(decision, GiveUp) or resolved.key is None:
            return failed_before_call(attempt, _rate_limited(resolved, now), resolved.model)
        return waits_for_room(attempt, resolved.key, decision.at)

    def waking(self, end: AttemptEnd) -> AttemptEnd:
        """Return the end of an attempt with the number of waiting turns that its key has room for now."""
        key = end.key_use
        calls = self.limits.take_room(LimitId(key.key_id, key.key_version)) if key else 0
        return replace(end, makes_room=calls) if calls else end


def outcome_of(result: CallResult) -> Outcome:
    """Return what a call shows of its key's limit; of an overloaded provider, nothing."""
    if isinstance(result, Answer):
        return Outcome.ANSWERED
    return Outcome.LIMITED if result.error is ErrorType.RATE_LIMITED else Outcome.OTHER


def pause_after(result: CallResult, backoff_seconds: float) -> float:
    """Return for how many seconds no call should be made on the key: after a refusal, or with nothing left.

    A refusal pauses for the turn's own back-off at least: it may name no time, or one in which nothing comes back.
    """
    exhausted_seconds = result.limits.pause_seconds if result.limits else 0.0
    if isinstance(result, Answer) or result.error is not ErrorType.RATE_LIMITED:
        return exhausted_seconds
    return max(result.retry_after_seconds or 0.0, exhausted_seconds, backoff_seconds)


def _rate_limited(resolved: Resolved, now: datetime) -> TurnError:
    error = ErrorType.RATE_LIMITED
    reason = reason_of_failure(error, provider=resolved.model.provider, at=now)
    return TurnError(error, reason, retryable=error.is_retryable)
