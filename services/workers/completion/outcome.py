"""What a call's result means for its turn: the end of the attempt, or another try in a moment. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.workers.completion.attempt import Called
from services.workers.completion.figures import figures_of_answer, figures_of_failure
from services.workers.completion.prepare import Prompt
from services.workers.completion.resolve import Resolved
from shared.domain.catalogue import Model
from shared.domain.error_types import ErrorType
from shared.domain.key_rules import key_rule
from shared.domain.reasons import reason_of_failure, safe_code
from shared.domain.retry_rule import FailedAttempt, GiveUp, RetryPolicy, decide_retry
from shared.domain.sources import sources_of
from shared.domain.text_rules import storable_text
from shared.domain.turn_result import TurnError
from shared.domain.turn_status import TurnStatus
from shared.providers.port import Answer, CallFailure
from shared.store.turns.rows import AttemptEnd, ClaimedTurn

STAYS_IN_WORKER_SECONDS = 2.0
"""A shorter wait keeps its slot and its lease; a longer one gives the slot to another turn."""
DEADLINE_EDGE = timedelta(milliseconds=100)
"""A call that timed out this close to the deadline was ended by the deadline."""


@dataclass(frozen=True, slots=True)
class RetryIn:
    """Call again after `seconds`, within the same attempt: the failed call cost nothing."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked, on whose behalf; `retries` counts the turn's, this attempt's included."""

    turn: ClaimedTurn
    resolved: Resolved
    prompt: Prompt
    retries: int


def judge(asked: Asked, called: Called, *, policy: RetryPolicy, now: datetime) -> AttemptEnd | RetryIn:
    """Return how the attempt ends, or that the call is made again within it."""
    result = called.result
    if isinstance(result, Answer):
        return _completed(asked, called, result)
    result = _retired(result, asked.resolved.model, now)
    if result.error is ErrorType.TIMEOUT and now >= asked.turn.deadline_at - DEADLINE_EDGE:
        return _failed(asked, called, result, expired_error(now))
    again = decide_retry(_facts(asked, result), policy, now)
    if isinstance(again, GiveUp):
        return _failed(asked, called, result, _error_of(asked, result, now))
    seconds = (again.at - now).total_seconds()
    if seconds < STAYS_IN_WORKER_SECONDS and _cost_nothing(result) and not _wants_room(asked, result):
        return RetryIn(seconds)
    return _postponed(asked, called, result, error=_error_of(asked, result, now), at=again.at)


def expired_error(now: datetime) -> TurnError:
    """Return the failure of a turn whose deadline passed."""
    error = ErrorType.EXPIRED
    return TurnError(error, reason_of_failure(error, provider="", at=now), retryable=error.is_retryable)


def _retired(failure: CallFailure, model: Model, now: datetime) -> CallFailure:
    """Return the failure, named for what it is where the provider no longer knows a model whose end was announced.

    A refusal (403) speaks of the key's project, not of the model's end.
    """
    is_unknown = failure.error is ErrorType.MODEL_UNAVAILABLE and not _is_suspicious(failure)
    is_end = is_unknown and model.is_retiring(now.date())
    return replace(failure, error=ErrorType.MODEL_RETIRED) if is_end else failure


def _is_suspicious(failure: CallFailure) -> bool:
    return key_rule(failure.error, failure.status).is_suspicious


def _facts(asked: Asked, failure: CallFailure) -> FailedAttempt:
    turn = asked.turn
    return FailedAttempt(
        error=failure.error,
        retries=asked.retries,
        text_has_left=bool(failure.text),
        retry_after_seconds=failure.retry_after_seconds,
        accepted_at=turn.accepted_at,
        deadline_at=turn.deadline_at,
        has_waiting_caller=turn.door.has_waiting_caller,
    )


def _cost_nothing(failure: CallFailure) -> bool:
    """Tell whether the provider itself refused; where the outcome was lost, the attempt's usage must say so."""
    return failure.status is not None and failure.usage is None


def _wants_room(asked: Asked, failure: CallFailure) -> bool:
    """Tell whether the key's own limit is in the way: however short the wait, it must not hold a slot."""
    return failure.error is ErrorType.RATE_LIMITED and asked.resolved.key is not None


def _completed(asked: Asked, called: Called, answer: Answer) -> AttemptEnd:
    figures = figures_of_answer(answer, asked.prompt)
    return AttemptEnd(
        turn_id=asked.turn.turn_id,
        attempt=asked.turn.attempt,
        status=TurnStatus.COMPLETED,
        keeps_quota=True,
        usage=figures.usage,
        usage_kind=figures.kind,
        answer=storable_text(answer.text),
        sources=sources_of(asked.prompt.passages if answer.quoted is None else answer.quoted),
        finish_reason=answer.finish_reason,
        retries=asked.retries,
        provider=asked.resolved.model.provider,
        wire_model=asked.resolved.model.wire_id,
        provider_request_id=answer.request_id,
        key_use=asked.resolved.key_use,
        call_began=True,
        ignored_parameters=answer.ignored_parameters,
        first_text_ms=called.first_text_ms,
        call_ms=called.call_ms,
    )


def _failed(asked: Asked, called: Called, failure: CallFailure, error: TurnError) -> AttemptEnd:
    figures = figures_of_failure(failure, asked.prompt)
    is_partial = bool(failure.text)
    return AttemptEnd(
        turn_id=asked.turn.turn_id,
        attempt=asked.turn.attempt,
        status=TurnStatus.EXPIRED if error.type == ErrorType.EXPIRED else TurnStatus.FAILED,
        keeps_quota=is_partial,
        usage=figures.usage,
        usage_kind=figures.kind,
        answer=storable_text(failure.text) if is_partial else None,
        partial=is_partial,
        sources=sources_of(asked.prompt.passages) if is_partial else (),
        error=error,
        retries=asked.retries,
        provider=asked.resolved.model.provider,
        wire_model=asked.resolved.model.wire_id,
        provider_request_id=failure.request_id,
        key_use=asked.resolved.key_use,
        refused=asked.resolved.key is not None and _is_suspicious(failure),
        call_began=True,
        ignored_parameters=failure.ignored_parameters,
        first_text_ms=called.first_text_ms,
        call_ms=called.call_ms,
    )


def _postponed(asked: Asked, called: Called, failure: CallFailure, *, error: TurnError, at: datetime) -> AttemptEnd:
    figures = figures_of_failure(failure, asked.prompt)
    key = asked.resolved.key if _wants_room(asked, failure) else None
    return AttemptEnd(
        turn_id=asked.turn.turn_id,
        attempt=asked.turn.attempt,
        status=TurnStatus.WAITING,
        waits_for_key=key.key_id if key else None,
        waits_for_room=key is not None,
        keeps_quota=False,
        usage=figures.usage,
        usage_kind=figures.kind,
        error=error,
        next_attempt_at=at,
        retries=asked.retries + 1,
        provider=asked.resolved.model.provider,
        wire_model=asked.resolved.model.wire_id,
        provider_request_id=failure.request_id,
        key_use=asked.resolved.key_use,
        call_began=True,
        call_ms=called.call_ms,
    )


def _error_of(asked: Asked, failure: CallFailure, now: datetime) -> TurnError:
    return TurnError(
        type=failure.error,
        reason=reason_of_failure(
            failure.error,
            provider=asked.resolved.model.provider,
            at=now,
            status=failure.status,
            type=failure.type,
            code=failure.code,
        ),
        retryable=failure.error.is_retryable,
        provider_status=failure.status,
        provider_type=safe_code(failure.type),
        provider_code=safe_code(failure.code),
    )
