"""A notice is sent again for about a day, at growing pauses, and then given up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, strategies as st

from shared.domain.notices import DeliveryError
from shared.domain.redelivery_rule import RedeliveryPolicy, decide_redelivery
from shared.domain.retry_rule import GiveUp, RetryAt

NOTICED_AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
POLICY = RedeliveryPolicy()


def pause_seconds(attempts: int) -> float:
    decision = decide_redelivery(
        DeliveryError.TIMEOUT, attempts=attempts, noticed_at=NOTICED_AT, policy=POLICY, now=NOTICED_AT
    )
    assert isinstance(decision, RetryAt)
    return (decision.at - NOTICED_AT).total_seconds()


def test_pauses_grow_from_seconds_to_hours() -> None:
    assert [pause_seconds(attempts) for attempts in range(1, 9)] == [5, 20, 80, 320, 1280, 5120, 7200, 7200]


def test_a_receiver_that_stays_away_is_given_up_after_a_day() -> None:
    now, attempts = NOTICED_AT, 0
    while True:
        attempts += 1
        decision = decide_redelivery(
            DeliveryError.CONNECTION, attempts=attempts, noticed_at=NOTICED_AT, policy=POLICY, now=now
        )
        if isinstance(decision, GiveUp):
            break
        assert decision.at > now
        now = decision.at
    assert timedelta(hours=21) < now - NOTICED_AT <= timedelta(hours=24)
    assert attempts < 24


@pytest.mark.parametrize("error", [DeliveryError.CHANNEL_REMOVED, DeliveryError.SECRET_UNREADABLE])
def test_what_only_the_workspace_can_mend_is_given_up_at_once(error: DeliveryError) -> None:
    decision = decide_redelivery(error, attempts=1, noticed_at=NOTICED_AT, policy=POLICY, now=NOTICED_AT)

    assert decision == GiveUp()


@given(st.sampled_from(DeliveryError), st.integers(1, 10**6), st.integers(0, 10**6))
def test_no_attempt_begins_after_the_day(error: DeliveryError, attempts: int, seconds: int) -> None:
    now = NOTICED_AT + timedelta(seconds=seconds)
    decision = decide_redelivery(error, attempts=attempts, noticed_at=NOTICED_AT, policy=POLICY, now=now)

    if isinstance(decision, RetryAt):
        assert now < decision.at <= NOTICED_AT + timedelta(days=1)
