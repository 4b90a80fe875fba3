"""What the rates' script says, read; and which buckets a message is taken from."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from shared.admission.buckets import buckets_of, refusal_of
from shared.domain.plans import Plan
from shared.domain.rates import Rate, RateScope, rate_of
from shared.limits.message_rates import read_reply
from shared.limits.rate_values import Bucket, RateStanding, TooFast
from shared.store.bots.rows import BotHolder, BotRow

USER = Bucket(RateScope.END_USER, "u", Rate(6, 2))
BOT = Bucket(RateScope.BOT, "b", Rate(60, 10))
ROW = BotRow(UUID(int=2), UUID(int=1), "Bot", "gpt-5", None, None, datetime(2026, 1, 1, tzinfo=UTC))


def holder(rate: Rate | None) -> BotHolder:
    return BotHolder(UUID(int=1), Plan.SCALE, 1, ROW, rate)


def test_the_tightest_bucket_is_what_an_answer_tells() -> None:
    assert read_reply([USER, BOT], [0, 0, 1, 9_500, 9, 1_000]) == RateStanding(RateScope.END_USER, 2, 1, 10)


def test_a_refusal_tells_of_the_bucket_that_is_empty_and_waits_whole_seconds() -> None:
    answer = read_reply([USER, BOT], [2, 250, 2, 0, 0, 9_750])

    assert answer == TooFast(BOT, RateStanding(RateScope.BOT, 10, 0, 10), 1)
    assert isinstance(answer, TooFast)
    sentence = "Too many messages for this bot: its limit here is 60 a minute, 10 at once; try again in 1 second."
    assert refusal_of(answer).message == sentence


def test_nothing_is_asked_of_redis_where_nothing_is_limited() -> None:
    assert buckets_of(holder(None), ROW, "anna") == ()


def test_the_buckets_of_a_workspace_share_a_place_and_hold_no_name() -> None:
    bot = BotRow(
        ROW.bot_id,
        ROW.workspace_id,
        "Bot",
        "gpt-5",
        None,
        None,
        ROW.created_at,
        rate_per_minute=60,
        user_rate_per_minute=6,
        user_rate_burst=2,
    )

    found = buckets_of(holder(Rate(100, 100)), bot, "anna")

    assert [bucket.scope for bucket in found] == [RateScope.END_USER, RateScope.BOT, RateScope.WORKSPACE]
    assert [bucket.rate for bucket in found] == [Rate(6, 2), Rate(60, 60), Rate(100, 100)]
    assert all(bucket.name.startswith(f"mevichat:rate:{{{UUID(int=1)}}}:") for bucket in found)
    assert "anna" not in found[0].name


def test_a_burst_without_a_rate_is_no_limit() -> None:
    assert rate_of(None, 5) is None
