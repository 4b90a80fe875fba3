"""The retry rule decides alone, from values."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from shared.domain.error_types import ErrorType
from shared.domain.retry_rule import (
    PASSING,
    FailedAttempt,
    GiveUp,
    RetryAt,
    RetryPolicy,
    RoomlessTurn,
    decide_retry,
    decide_wait_for_room,
)

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
POLICY = RetryPolicy()
FAILED = FailedAttempt(
    error=ErrorType.OVERLOADED,
    retries=0,
    text_has_left=False,
    retry_after_seconds=None,
    accepted_at=NOW,
    deadline_at=NOW + timedelta(hours=24),
    has_waiting_caller=False,
)


@pytest.mark.parametrize("error", sorted(set(ErrorType) - PASSING))
def test_an_error_that_does_not_pass_by_itself_is_never_retried(error: ErrorType) -> None:
    assert decide_retry(replace(FAILED, error=error), POLICY, NOW) == GiveUp()


@pytest.mark.parametrize("error", sorted(PASSING))
def test_a_passing_error_is_tried_again_after_the_first_delay(error: ErrorType) -> None:
    decision = decide_retry(replace(FAILED, error=error), POLICY, NOW)

    assert decision == RetryAt(NOW + timedelta(seconds=POLICY.first_delay_seconds))


def test_nothing_is_retried_once_text_has_left_for_the_user() -> None:
    assert decide_retry(replace(FAILED, text_has_left=True), POLICY, NOW) == GiveUp()


def test_the_delay_doubles_with_every_retry() -> None:
    decision = decide_retry(replace(FAILED, retries=3), POLICY, NOW)

    assert decision == RetryAt(NOW + timedelta(seconds=POLICY.first_delay_seconds * 8))


def test_a_retry_after_longer_than_the_backoff_is_respected() -> None:
    decision = decide_retry(replace(FAILED, retry_after_seconds=17.0), POLICY, NOW)

    assert decision == RetryAt(NOW + timedelta(seconds=17))


def test_retries_are_bounded() -> None:
    assert decide_retry(replace(FAILED, retries=POLICY.max_retries), POLICY, NOW) == GiveUp()


def test_a_rate_limit_of_a_turn_for_which_nobody_waits_is_bounded_by_its_deadline_alone() -> None:
    limited = replace(FAILED, error=ErrorType.RATE_LIMITED, retries=500)

    assert decide_retry(limited, POLICY, NOW) == RetryAt(NOW + timedelta(seconds=POLICY.longest_delay_seconds))
    assert decide_retry(replace(limited, deadline_at=NOW + timedelta(seconds=1)), POLICY, NOW) == GiveUp()
    assert decide_retry(replace(limited, has_waiting_caller=True), POLICY, NOW) == GiveUp()


def test_no_retry_starts_after_the_deadline() -> None:
    short = replace(FAILED, deadline_at=NOW + timedelta(seconds=5), retry_after_seconds=6.0)

    assert decide_retry(short, POLICY, NOW) == GiveUp()


def test_a_caller_that_waits_is_not_kept_by_a_retry_later_than_twenty_seconds() -> None:
    waiting = replace(FAILED, has_waiting_caller=True)

    assert isinstance(decide_retry(replace(waiting, retry_after_seconds=19.0), POLICY, NOW), RetryAt)
    assert decide_retry(replace(waiting, retry_after_seconds=21.0), POLICY, NOW) == GiveUp()


ROOMLESS = RoomlessTurn(
    pause_seconds=None, accepted_at=NOW, deadline_at=NOW + timedelta(hours=24), has_waiting_caller=False
)


def test_a_turn_without_room_looks_for_itself_when_nobody_woke_it() -> None:
    assert decide_wait_for_room(ROOMLESS, POLICY, NOW) == RetryAt(NOW + timedelta(seconds=POLICY.room_look_seconds))


def test_a_waiting_caller_without_room_waits_to_the_end_of_its_patience_and_no_longer() -> None:
    turn = replace(ROOMLESS, has_waiting_caller=True)
    end = NOW + timedelta(seconds=POLICY.waiting_caller_seconds)
    assert decide_wait_for_room(turn, POLICY, end - timedelta(seconds=1)) == RetryAt(end)
    assert decide_wait_for_room(turn, POLICY, end) == GiveUp()


def test_a_pause_is_waited_out_exactly() -> None:
    assert decide_wait_for_room(replace(ROOMLESS, pause_seconds=90), POLICY, NOW) == RetryAt(
        NOW + timedelta(seconds=90)
    )


@pytest.mark.parametrize(
    "turn",
    [
        replace(ROOMLESS, pause_seconds=20.0, has_waiting_caller=True),
        replace(ROOMLESS, pause_seconds=60.0, deadline_at=NOW + timedelta(seconds=60)),
    ],
)
def test_a_pause_that_would_pass_the_end_of_patience_is_not_begun(turn: RoomlessTurn) -> None:
    assert decide_wait_for_room(turn, POLICY, NOW) == GiveUp()
