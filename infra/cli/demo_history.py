"""What the made-up history tells: bots, questions and answers, failures. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, time, timedelta
from uuid import UUID

import orjson

from shared.domain.catalogue import Model
from shared.domain.error_types import ErrorType
from shared.domain.reasons import reason_of_failure
from shared.domain.turn_result import TurnError
from shared.ids import new_id
from shared.store.demo.rows import History, SeededBot

DAYS = 90
DELETED_EVERY = 12
TOPICS = ("Shop", "Returns", "Booking", "Menu", "Billing", "Careers", "Garden", "Travel", "Library", "Clinic", "Repair")
KINDS = ("assistant", "desk", "guide", "concierge", "helper")
EXCHANGES = (
    ("When are you open?", "Every day but Sunday, from 9 to 18."),
    ("Do you deliver on Saturdays?", "Yes, until noon, when you order by Thursday."),
    ("How do I return a lamp?", "Bring it back within 30 days with its receipt."),
    ("Is there a table for four tonight?", "There is one at 19:30. Shall I book it for you?"),
    ("What does the small plan cost?", "Nothing for the first month, then 9 a month."),
    ("My parcel has not come.", "I am sorry. Tell me its number and I will look where it is."),
    ("Which soil do roses like?", "Loose and rich, a little acid, and never wet for long."),
)
FAILURES = (
    (ErrorType.RATE_LIMITED, 429, "rate_limit_error"),
    (ErrorType.OVERLOADED, 529, "overloaded_error"),
    (ErrorType.RATE_LIMITED, 429, "rate_limit_exceeded"),
    (ErrorType.TIMEOUT, None, None),
    (ErrorType.CONTENT_REFUSED, 400, "content_policy_violation"),
    (ErrorType.CONTEXT_TOO_LONG, 400, "context_length_exceeded"),
)
NOBODY_KNOWS_WHEN = datetime(2000, 1, 1, tzinfo=UTC)


def make_history(workspace_id: UUID, bots: Sequence[SeededBot], *, turns: int, now: datetime) -> History:
    """Return the history of the last 90 UTC days, today included; it ends an hour ago."""
    first_day = now.astimezone(UTC).date() - timedelta(days=DAYS - 1)
    return History(
        workspace_id=workspace_id,
        bots=bots,
        exchanges=[text for exchange in EXCHANGES for text in exchange],
        errors=[_error(ErrorType.EXPIRED, None, None), *(_error(*failure) for failure in FAILURES)],
        from_at=datetime.combine(first_day, time(), tzinfo=UTC),
        to_at=now - timedelta(hours=1),
        turns=turns,
    )


def make_bots(count: int, models: Sequence[Model], keys: Mapping[str, Sequence[UUID]]) -> list[SeededBot]:
    """Return so many bots, spread over models and over each provider's keys; a few are deleted by now.

    The last key of a provider that has several is one of the past: only deleted bots ran on it.
    """
    return [_bot(number, models[number % len(models)], keys) for number in range(count)]


def _bot(number: int, model: Model, keys: Mapping[str, Sequence[UUID]]) -> SeededBot:
    own = keys.get(model.provider, ())
    is_deleted = number % DELETED_EVERY == DELETED_EVERY - 1
    living = own[:-1] or own
    key_id = None if not own else own[-1] if is_deleted else living[number // 2 % len(living)]
    topic, kind = TOPICS[number % len(TOPICS)], KINDS[number // len(TOPICS) % len(KINDS)]
    return SeededBot(
        bot_id=new_id(),
        name=f"{topic} {kind} {number + 1}",
        model=model.id,
        provider=model.provider,
        wire_model=model.wire_id,
        key_id=key_id,
        is_deleted=is_deleted,
    )


def _error(error: ErrorType, status: int | None, code: str | None) -> str:
    reason = reason_of_failure(error, provider="{provider}", at=NOBODY_KNOWS_WHEN, status=status, code=code)
    reason = reason.replace(f"{NOBODY_KNOWS_WHEN:%d %b %Y %H:%M} UTC", "{at}")
    told = TurnError(error, reason, retryable=error.is_retryable, provider_status=status, provider_code=code)
    return orjson.dumps(asdict(told)).decode()
