"""A call and the room under its key's limit: taken before, given back after, whatever happens between."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from services.workers.completion.attempt import Called
from services.workers.completion.room import Room
from shared.domain.error_types import ErrorType
from shared.domain.retry_rule import RetryPolicy
from shared.domain.turn_status import TurnStatus
from shared.limits.key_limits import KeyLimits
from shared.limits.scripts import limit_key, permits_key
from shared.limits.values import NoRoom
from shared.providers.port import Answer, CallFailure, CallResult
from shared.queue.connection import connect_redis
from shared.redis_lane import LaneRedis
from shared.store.turns.rows import AttemptEnd, KeyUse
from tests.unit.completion.making import make_key, make_turn

KEY = make_key()


@pytest.fixture
async def client(redis_url: str) -> AsyncIterator[LaneRedis]:
    connected = connect_redis(redis_url)
    yield connected
    await connected.aclose()


@pytest.fixture
def room(client: LaneRedis) -> Room:
    return Room(KeyLimits(client, permit_seconds=15.0, renew_seconds=5.0), RetryPolicy())


async def answering(result: CallResult) -> Called:
    return Called(result, call_ms=1)


async def refuse(room: Room, *, retries: int = 0, retry_after_seconds: float | None = None) -> None:
    refusal = CallFailure(ErrorType.RATE_LIMITED, status=429, retry_after_seconds=retry_after_seconds)
    await room.within(KEY, lambda: answering(refusal), retries=retries)


async def permits(room: Room, client: LaneRedis) -> int:
    await room.limits.close()
    return int(await client.zcard(permits_key(KEY.key_id, KEY.version)))


async def test_a_call_that_was_stopped_leaves_no_permit_behind(room: Room, client: LaneRedis) -> None:
    has_begun = asyncio.Event()

    async def endless() -> Called:
        has_begun.set()
        await asyncio.Event().wait()
        raise AssertionError

    calling = asyncio.create_task(room.within(KEY, endless, retries=0))
    await has_begun.wait()
    assert await permits(room, client) == 1
    calling.cancel()
    await asyncio.gather(calling, return_exceptions=True)

    assert await permits(room, client) == 0


async def test_without_room_the_call_is_not_made(room: Room, client: LaneRedis) -> None:
    await refuse(room, retry_after_seconds=9.0)

    async def never() -> Called:
        raise AssertionError

    refusal = await room.within(KEY, never, retries=0)

    assert isinstance(refusal, NoRoom)
    assert await permits(room, client) == 0


async def test_a_refusal_without_a_time_pauses_the_key_for_the_turns_own_back_off(room: Room) -> None:
    await refuse(room, retries=4)

    refusal = await room.within(KEY, lambda: answering(Answer("Hi", "stop", None)), retries=0)

    assert isinstance(refusal, NoRoom)
    assert refusal.pause_seconds is not None
    assert 7 < refusal.pause_seconds <= 8


async def test_mini_has_no_limit(room: Room, client: LaneRedis) -> None:
    assert await room.within(None, lambda: answering(Answer("Hi", "stop", None)), retries=0)
    assert await client.keys("mevichat:limit*") == []


async def test_the_end_of_a_call_carries_for_how_many_turns_there_is_room_now(room: Room, client: LaneRedis) -> None:
    await client.hset(limit_key(KEY.key_id, KEY.version), mapping={"limit": 3, "failed_at": 0})
    key_use = KeyUse(KEY.key_id, KEY.version, KEY.verdict_seq)
    end = AttemptEnd(make_turn().turn_id, 1, TurnStatus.COMPLETED, keeps_quota=True, key_use=key_use)
    assert room.waking(end).makes_room == 0

    await room.within(KEY, lambda: answering(Answer("Hi", "stop", None)), retries=0)

    assert room.waking(end).makes_room == 3
    assert room.waking(end).makes_room == 0
