"""The ends of attempts that no provider decided. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from services.workers.completion.attempt import Attempt
from services.workers.completion.figures import LOST, NOTHING, Figures, estimate
from services.workers.completion.outcome import expired_error
from services.workers.completion.resolve import Resolved
from shared.domain.catalogue import Model
from shared.domain.error_types import ErrorType
from shared.domain.sources import sources_of
from shared.domain.text_rules import storable_text
from shared.domain.turn_result import TurnError
from shared.domain.turn_status import TurnStatus
from shared.store.answers.look_up import Looked
from shared.store.keys.rows import KeyRow
from shared.store.turns.rows import AttemptEnd, LeaseStanding

VERDICT_PATIENCE = timedelta(seconds=30)
"""How long a turn waits for a key's verdict before it looks for itself."""


def answered_from_cache(attempt: Attempt, resolved: Resolved, kept: Looked) -> AttemptEnd:
    """End a turn with a kept answer: it costs no tokens and touches no key, and counts as a message."""
    return AttemptEnd(
        turn_id=attempt.turn.turn_id,
        attempt=attempt.turn.attempt,
        status=TurnStatus.COMPLETED,
        keeps_quota=True,
        answer=kept.answer,
        finish_reason="stop",
        retries=attempt.retries,
        provider=resolved.model.provider,
        wire_model=resolved.model.wire_id,
        ignored_parameters=kept.ignored_parameters,
        cache_hit=True,
        sources=kept.sources,
    )


def failed_before_call(attempt: Attempt, error: TurnError, model: Model | None) -> AttemptEnd:
    """End a turn without another call: it costs nothing more and gives its message back."""
    return AttemptEnd(
        turn_id=attempt.turn.turn_id,
        attempt=attempt.turn.attempt,
        status=TurnStatus.EXPIRED if error.type == ErrorType.EXPIRED else TurnStatus.FAILED,
        keeps_quota=False,
        error=error,
        retries=attempt.retries,
        provider=model.provider if model else None,
        wire_model=model.wire_id if model else None,
        key_use=attempt.resolved.key_use if attempt.resolved else None,
        call_began=attempt.held.call is not None,
    )


def expired_before_call(attempt: Attempt, model: Model, now: datetime) -> AttemptEnd:
    """End a turn whose deadline passed between claim and call."""
    return failed_before_call(attempt, expired_error(now), model)


def waits_for_verdict(attempt: Attempt, key: KeyRow, now: datetime) -> AttemptEnd:
    """Send the turn back until its key's verdict, or until it is time to ask again."""
    return AttemptEnd(
        turn_id=attempt.turn.turn_id,
        attempt=attempt.turn.attempt,
        status=TurnStatus.WAITING,
        keeps_quota=False,
        next_attempt_at=now + VERDICT_PATIENCE,
        waits_for_key=key.key_id,
        retries=attempt.retries,
    )


def waits_for_room(attempt: Attempt, key: KeyRow, at: datetime) -> AttemptEnd:
    """Send the turn back until its key has room for a call, or until `at`; a call that was not made is no retry.

    An earlier call of the attempt, which was refused for nothing, is still named.
    """
    call = attempt.held.call
    return AttemptEnd(
        turn_id=attempt.turn.turn_id,
        attempt=attempt.turn.attempt,
        status=TurnStatus.WAITING,
        keeps_quota=False,
        next_attempt_at=at,
        waits_for_key=key.key_id,
        waits_for_room=True,
        retries=attempt.retries,
        provider=call.provider if call else None,
        wire_model=call.wire_model if call else None,
        key_use=call.key_use if call else None,
        call_began=call is not None,
    )


def broken_off(attempt: Attempt) -> AttemptEnd:
    """End an attempt that was stopped from outside: its row was cancelled or taken, or the process ends.

    A cancelled row keeps its own end and gets text and usage; anything else goes back to be run again.
    """
    is_cancelled = attempt.held.standing is LeaseStanding.CANCELLED
    call, resolved = attempt.held.call, attempt.resolved
    text = storable_text("".join(attempt.text)) if is_cancelled else ""
    figures = _figures(attempt)
    return AttemptEnd(
        turn_id=attempt.turn.turn_id,
        attempt=attempt.turn.attempt,
        status=TurnStatus.CANCELLED if is_cancelled else TurnStatus.READY,
        keeps_quota=is_cancelled and call is not None,
        usage=figures.usage,
        usage_kind=figures.kind,
        answer=text or None,
        partial=bool(text),
        sources=sources_of(attempt.prompt.passages) if text and attempt.prompt else (),
        retries=attempt.retries,
        provider=call.provider if call else None,
        wire_model=call.wire_model if call else None,
        key_use=resolved.key_use if resolved else None,
        call_began=call is not None,
    )


def _figures(attempt: Attempt) -> Figures:
    if attempt.held.call is None:
        return NOTHING
    if attempt.text and attempt.prompt is not None:
        return estimate(attempt.prompt, "".join(attempt.text))
    return LOST
