from __future__ import annotations

import pytest

from services.workers.completion.room import outcome_of, pause_after
from shared.domain.error_types import ErrorType
from shared.limits.values import Outcome
from shared.providers.port import Answer, CallFailure
from shared.providers.rate_limits import Exhausted, RateLimits

NOTHING_LEFT = RateLimits((Exhausted(limit=10, reset_seconds=30.0),))
BACKOFF = 0.5


def test_an_answer_shows_that_there_was_room() -> None:
    answer = Answer("Hi", "stop", None)
    assert (outcome_of(answer), pause_after(answer, BACKOFF)) == (Outcome.ANSWERED, 0.0)


def test_the_last_answer_under_a_limit_pauses_the_key() -> None:
    assert pause_after(Answer("Hi", "stop", None, limits=NOTHING_LEFT), BACKOFF) == 3.0


@pytest.mark.parametrize(
    ("retry_after_seconds", "limits", "pause_seconds"),
    [
        (12.0, NOTHING_LEFT, 12.0),
        (1.0, NOTHING_LEFT, 3.0),
        (None, NOTHING_LEFT, 3.0),
        (0.174, None, BACKOFF),
        (None, None, BACKOFF),
    ],
)
def test_a_refusal_pauses_for_the_longest_time_that_anything_speaks_for(
    retry_after_seconds: float | None, limits: RateLimits | None, pause_seconds: float
) -> None:
    refusal = CallFailure(ErrorType.RATE_LIMITED, status=429, retry_after_seconds=retry_after_seconds, limits=limits)
    assert (outcome_of(refusal), pause_after(refusal, BACKOFF)) == (Outcome.LIMITED, pause_seconds)


@pytest.mark.parametrize("error", sorted(set(ErrorType) - {ErrorType.RATE_LIMITED}))
def test_no_other_failure_says_anything_of_the_keys_limit(error: ErrorType) -> None:
    failure = CallFailure(error, status=503, retry_after_seconds=9.0)
    assert (outcome_of(failure), pause_after(failure, BACKOFF)) == (Outcome.OTHER, 0.0)
