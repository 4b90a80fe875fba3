"""Whether and when a failed attempt is tried again: one rule for all providers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.domain.error_types import ErrorType


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How patient we are; `waiting_caller_seconds` bounds the start of a retry after acceptance.

    A turn that waits for room under its key's limit is woken when there is some; `room_look_seconds` later it looks
    for itself.
    """

    max_retries: int = 4
    first_delay_seconds: float = 0.5
    longest_delay_seconds: float = 30.0
    waiting_caller_seconds: float = 20.0
    room_look_seconds: float = 5.0


@dataclass(frozen=True, slots=True)
class FailedAttempt:
    """What the rule looks at: the turn's `retries` so far and how this attempt ended."""

    error: ErrorType
    retries: int
    text_has_left: bool
    retry_after_seconds: float | None
    accepted_at: datetime
    deadline_at: datetime
    has_waiting_caller: bool


@dataclass(frozen=True, slots=True)
class RetryAt:
    """Try again at `at`, not before."""

    at: datetime


@dataclass(frozen=True, slots=True)
class GiveUp:
    """End the turn with the attempt's error."""


MOST_DOUBLINGS = 16
"""Beyond these every pause is the longest."""
PASSING = frozenset(
    {
        ErrorType.RATE_LIMITED,
        ErrorType.OVERLOADED,
        ErrorType.TIMEOUT,
        ErrorType.CONNECTION,
        ErrorType.STREAM_BROKEN,
    },
)
"""Errors that another try may not meet. A refused key, a wrong request, the unknown are not among them."""


def decide_retry(failed: FailedAttempt, policy: RetryPolicy, now: datetime) -> RetryAt | GiveUp:
    """Return when to try again, or that this attempt's error is the turn's end."""
    if failed.error not in PASSING or failed.text_has_left or _is_worn_out(failed, policy):
        return GiveUp()
    at = now + timedelta(seconds=_delay_seconds(failed, policy))
    return RetryAt(at) if at < _latest_start(failed, policy) else GiveUp()


@dataclass(frozen=True, slots=True)
class RoomlessTurn:
    """A turn whose key has no room for a call; `pause_seconds` is known where the provider asked for silence."""

    pause_seconds: float | None
    accepted_at: datetime
    deadline_at: datetime
    has_waiting_caller: bool


def decide_wait_for_room(turn: RoomlessTurn, policy: RetryPolicy, now: datetime) -> RetryAt | GiveUp:
    """Return when the turn looks for room at the latest, or that it would start too late: no call was made."""
    latest = _latest_start(turn, policy)
    if turn.pause_seconds is None:  # a place may come free at any moment, so it is worth staying to the end
        at = min(now + timedelta(seconds=policy.room_look_seconds), latest)
        return RetryAt(at) if now < latest else GiveUp()
    at = now + timedelta(seconds=turn.pause_seconds)
    return RetryAt(at) if at < latest else GiveUp()


def backoff_seconds(retries: int, policy: RetryPolicy) -> float:
    """Return the pause before the next try, doubling with each, where the provider names none."""
    doublings = min(retries, MOST_DOUBLINGS)
    doubled: float = policy.first_delay_seconds * 2**doublings
    return min(doubled, policy.longest_delay_seconds)


def _is_worn_out(failed: FailedAttempt, policy: RetryPolicy) -> bool:
    """Tell whether the turn was tried often enough: an outage is bounded by number, a rate limit by the deadline.

    A caller who waits is not kept by either.
    """
    if failed.error is ErrorType.RATE_LIMITED and not failed.has_waiting_caller:
        return False
    return failed.retries >= policy.max_retries


def _delay_seconds(failed: FailedAttempt, policy: RetryPolicy) -> float:
    return max(failed.retry_after_seconds or 0.0, backoff_seconds(failed.retries, policy))


def _latest_start(turn: FailedAttempt | RoomlessTurn, policy: RetryPolicy) -> datetime:
    if not turn.has_waiting_caller:
        return turn.deadline_at
    return min(turn.deadline_at, turn.accepted_at + timedelta(seconds=policy.waiting_caller_seconds))
