from __future__ import annotations

import pytest

from services.workers.completion.room import outcome_of, pause_after
from shared.domain.error_types import ErrorType
from shared.limits.values import Outcome
from shared.providers.port import Answer, CallFailure
from shared.providers.rate_limits import Exhausted, RateLimits

BACKOFF = 0.5
NOTHING_LEFT = RateLimits((Exhausted(limit=10, reset_seconds=30.0),))


def test_an_answer_shows_that_there_was_room() -> None:
    answer = Answer("Hi", "stop", None)
    assert (outcome_of(answer), pause_after(answer, BACKOFF)) == (Outcome.ANSWERED, 0.0)


def test_the_last_answer_under_a_limit_pauses_the_key() -> None:
    assert pause_after(Answer("Hi", "stop", None, limits=NOTHING_LEFT), BACKOFF) == 3.0


def test_a_refusal_pauses_for_as_long_as_the_provider_says() -> None:
    refusal = CallFailure(ErrorType.RATE_LIMITED, status=429, retry_after_seconds=12.0, limits=NOTHING_LEFT)
    assert (outcome_of(refusal), pause_after(refusal, BACKOFF)) == (Outcome.LIMITED, 12.0)


def test_a_refusal_without_a_time_goes_by_the_limits_that_it_shows() -> None:
    refusal = CallFailure(ErrorType.RATE_LIMITED, status=429, limits=NOTHING_LEFT)
    assert (outcome_of(refusal), pause_after(refusal, BACKOFF)) == (Outcome.LIMITED, 3.0)


@pytest.mark.parametrize("error", sorted(set(ErrorType) - {ErrorType.RATE_LIMITED}))
def test_no_other_failure_says_anything_of_the_keys_limit(error: ErrorType) -> None:
    failure = CallFailure(error, status=503, retry_after_seconds=9.0)
    assert (outcome_of(failure), pause_after(failure, BACKOFF)) == (Outcome.OTHER, 0.0)


@pytest.mark.parametrize("retry_after_seconds", [None, 0.0, 0.174])
def test_a_refusal_that_names_hardly_any_time_pauses_for_the_turns_own_backoff(
    retry_after_seconds: float | None,
) -> None:
    refusal = CallFailure(ErrorType.RATE_LIMITED, status=429, retry_after_seconds=retry_after_seconds)
    assert pause_after(refusal, 4.0) == 4.0
