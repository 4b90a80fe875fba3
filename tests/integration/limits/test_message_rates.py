"""Rates of messages on a real Redis: never in the way when Redis is."""

from __future__ import annotations

from infra.embedded.redis import EmbeddedRedis
from shared.domain.rates import Rate, RateScope
from shared.limits.message_rates import MessageRates
from shared.limits.rate_values import Bucket, RateStanding
from shared.metrics import rate_limits_open
from shared.queue.connection import connect_redis

BUCKET = Bucket(RateScope.BOT, "mevichat:rate:{silent}:bot", Rate(1, 1))
SILENT_MS = 4_000
"""Less than any other command waits, so that Redis answers whoever does not give up before."""


async def test_a_redis_that_is_silent_keeps_no_message_waiting(own_redis_server: EmbeddedRedis) -> None:
    async with connect_redis(own_redis_server.url) as client:
        rates = MessageRates(client)
        assert isinstance(await rates.take([BUCKET]), RateStanding)
        await client.execute_command("CLIENT", "PAUSE", SILENT_MS, "ALL")  # type: ignore[no-untyped-call]
        before = rate_limits_open._value.get()

        assert await rates.take([BUCKET]) is None, "Redis was waited for, and knows that the bucket is empty"
        assert rate_limits_open._value.get() == before + 1
