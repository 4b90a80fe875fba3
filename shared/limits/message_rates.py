"""How many messages come, counted for all gateways in Redis: token buckets by bot, end user and workspace."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any, Final

from redis.exceptions import RedisError

from shared.limits.rate_values import Bucket, RateStanding, TooFast
from shared.limits.rest import Rest
from shared.limits.scripts import load_rate_scripts, run_commands
from shared.metrics import rate_limits_open
from shared.redis_lane import Command, LaneRedis, RedisLane
from shared.tick_batch import TickBatch

PATIENCE_SECONDS: Final = 0.5
"""A Redis that is silent for longer keeps no message waiting."""


@dataclass(slots=True, eq=False)
class _Step:
    command: Command
    buckets: Sequence[Bucket]
    answer: asyncio.Future[RateStanding | TooFast | None] | None = None


class MessageRates:
    """Takes messages from buckets; all requests of one instant travel in one pipeline, a script each.

    While Redis is away every message may come, and `mevichat_rate_limits_open_total` counts it.
    """

    def __init__(self, client: LaneRedis) -> None:
        # its own: a message waits for no ring
        self._lane = RedisLane(client.connection_pool, patience_seconds=PATIENCE_SECONDS)
        self._scripts = load_rate_scripts()
        # one at a time: a message is not given back before it was taken
        self._batch: TickBatch[_Step] = TickBatch(self._send, max_in_flight=1)
        self._rest = Rest("rates_open")

    async def take(self, buckets: Sequence[Bucket]) -> RateStanding | TooFast | None:
        """Take a message from each bucket, or from none; return None where there are no buckets, or no Redis.

        The buckets belong to one workspace.
        """
        if not buckets:
            return None
        if self._rest.is_on:
            rate_limits_open.inc()
            return None
        answer: asyncio.Future[RateStanding | TooFast | None] = asyncio.get_running_loop().create_future()
        command = self._scripts.take.command([bucket.name for bucket in buckets], *_arguments(buckets))
        self._batch.add(_Step(command, buckets, answer))
        return await answer

    def give_back(self, buckets: Sequence[Bucket]) -> None:
        """Put a message that was taken back into each bucket; returns before that is sent."""
        if buckets:
            command = self._scripts.give_back.command([bucket.name for bucket in buckets], *_arguments(buckets))
            self._batch.add(_Step(command, buckets))

    async def close(self) -> None:
        """Wait until everything given back is sent or dropped."""
        await self._batch.drain()

    async def _send(self, steps: list[_Step]) -> None:
        replies: list[Any] | None = None
        try:
            replies = await run_commands(self._lane, [step.command for step in steps], self._scripts)
        except RedisError as error:
            self._rest.begin(error)
        for at, step in enumerate(steps):
            if step.answer is None:
                continue
            if replies is None:
                rate_limits_open.inc()
            if not step.answer.done():
                step.answer.set_result(None if replies is None else read_reply(step.buckets, replies[at]))


def read_reply(buckets: Sequence[Bucket], reply: Sequence[int]) -> RateStanding | TooFast:
    """Return what the script said of these buckets: how the tightest stands, or which one is empty; pure."""
    refused, wait_ms, *standings = reply
    if refused:
        bucket = buckets[refused - 1]
        standing = _standing(bucket, standings[2 * refused - 2], standings[2 * refused - 1])
        return TooFast(bucket, standing, max(1, ceil(wait_ms / 1000)))
    pairs = zip(standings[::2], standings[1::2], strict=True)
    found = [_standing(bucket, left, ms) for bucket, (left, ms) in zip(buckets, pairs, strict=True)]
    return min(found, key=lambda standing: standing.remaining)


def _standing(bucket: Bucket, remaining: int, full_in_ms: int) -> RateStanding:
    return RateStanding(bucket.scope, bucket.rate.burst, remaining, ceil(full_in_ms / 1000))


def _arguments(buckets: Sequence[Bucket]) -> list[int]:
    return [number for bucket in buckets for number in (bucket.rate.per_minute, bucket.rate.burst)]
