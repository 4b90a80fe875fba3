"""What becomes of the worker when Redis is wiped, killed, full or cut off."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from shared.queue.broker import build_broker
from shared.queue.errors import QueueUnavailableError
from shared.queue.ring import Ringer
from shared.queue.routes import COMPLETE_TURN
from shared.redis_lane import LaneRedis
from tests.integration.queue.recorder import Recorder, turns, working
from tests.integration.queue.server import OwnRedis, until

IS_EMPTY_KEYS = ("dramatiq:completions", "dramatiq:completions.msgs")


async def test_a_wiped_redis_stops_nothing_that_is_rung_later(own_redis: OwnRedis, client: LaneRedis) -> None:
    broker = build_broker(own_redis.url)
    recorder = Recorder(broker)
    recorder.gate.clear()
    ringer = Ringer(client)
    async with working(broker, concurrency=10):
        await ringer.ring(COMPLETE_TURN, turns(0, 50))
        await until(lambda: len(recorder.runs) == 10)
        await client.flushall()
        await client.script_flush()
        recorder.gate.set()
        await ringer.ring(COMPLETE_TURN, turns(100, 30))
        await until(lambda: len(recorder.finished) == 40)
        await until(lambda: _is_empty(client))


async def test_the_same_worker_goes_on_after_redis_was_killed_and_started_again(
    own_redis: OwnRedis, client: LaneRedis
) -> None:
    broker = build_broker(own_redis.url)
    recorder = Recorder(broker)
    recorder.gate.clear()
    ringer = Ringer(client)
    async with working(broker, concurrency=10) as worker:
        await ringer.ring(COMPLETE_TURN, turns(0, 10))
        await until(lambda: len(recorder.runs) == 10)
        own_redis.kill()
        recorder.gate.set()
        await until(lambda: worker.running == 0)  # Their acks find no Redis.
        assert await _is_refused(ringer)
        own_redis.start()
        await ringer.ring(COMPLETE_TURN, turns(100, 50))
        await until(lambda: len(recorder.finished) == 60)
        await until(lambda: _is_empty(client))
    assert set(recorder.runs.values()) == {1}


async def test_messages_taken_by_a_fetch_whose_reply_was_lost_run_after_all(
    own_redis: OwnRedis, client: LaneRedis
) -> None:
    broker = build_broker(own_redis.url)
    recorder = Recorder(broker)
    async with working(broker):
        await until(lambda: _is_listening(client))
        lost = await _take_unnoticed(client, broker.broker_id)
        assert lost == 3
        await client.client_kill_filter(_type="normal", skipme=True)
        await until(lambda: len(recorder.finished) == 3)
        await until(lambda: _is_empty(client))


async def test_a_full_redis_is_drained_by_the_worker(own_redis: OwnRedis, client: LaneRedis) -> None:
    broker = build_broker(own_redis.url)
    recorder = Recorder(broker)
    ringer = Ringer(client)
    await ringer.ring(COMPLETE_TURN, turns(0, 200))
    await client.config_set("maxmemory", 1)
    assert await _is_refused(ringer)
    async with working(broker):
        await until(lambda: len(recorder.finished) == 200)
        await client.config_set("maxmemory", 0)
        await until(lambda: _is_empty(client))


async def test_what_ran_before_redis_filled_up_is_acked(own_redis: OwnRedis, client: LaneRedis) -> None:
    broker = build_broker(own_redis.url)
    recorder = Recorder(broker)
    recorder.gate.clear()
    async with working(broker):
        await Ringer(client).ring(COMPLETE_TURN, turns(0, 20))
        await until(lambda: len(recorder.runs) == 20)
        await client.config_set("maxmemory", 1)
        recorder.gate.set()
        await until(lambda: _is_empty(client))


async def _is_refused(ringer: Ringer) -> bool:
    try:
        await ringer.ring(COMPLETE_TURN, [("turn-refused",)])
    except QueueUnavailableError:
        return True
    return False


async def _take_unnoticed(client: LaneRedis, broker_id: str) -> int:
    """Enqueue and take three messages in the worker's name in one transaction, so that no consumer is faster."""
    other = "dramatiq:elsewhere"
    await Ringer(client).ring(type(COMPLETE_TURN)("elsewhere", COMPLETE_TURN.actor), turns(0, 3))
    ids = await client.lrange(other, 0, -1)
    messages: Any = await client.hgetall(f"{other}.msgs")
    pipeline = client.pipeline(transaction=True)
    pipeline.hset("dramatiq:completions.msgs", mapping=messages)
    pipeline.sadd(f"dramatiq:__acks__.{broker_id}.completions", *ids)
    await pipeline.execute()
    return len(ids)


async def _is_listening(client: LaneRedis) -> bool:
    info = await client.info("clients")
    return int(info["blocked_clients"]) == 1


async def _is_empty(client: LaneRedis) -> bool:
    return not await client.exists(*IS_EMPTY_KEYS) and not await client.keys("dramatiq:__acks__*")


async def test_rings_of_one_instant_are_one_command(own_redis: OwnRedis, client: LaneRedis) -> None:
    ringer = Ringer(client)
    await client.config_resetstat()
    await asyncio.gather(*(ringer.ring(COMPLETE_TURN, [args]) for args in turns(0, 50)))
    stats = await client.info("commandstats")
    assert await client.llen("dramatiq:completions") == await client.hlen("dramatiq:completions.msgs") == 50
    assert await client.lrange("dramatiq:completions.bell", 0, -1) == [b"1"]
    assert stats["cmdstat_eval"]["calls"] == 1


async def test_a_ring_that_a_full_redis_refuses_leaves_nothing(own_redis: OwnRedis, client: LaneRedis) -> None:
    await client.config_set("maxmemory", 1)
    with pytest.raises(QueueUnavailableError):
        await Ringer(client).ring(COMPLETE_TURN, turns(0, 3))
    await client.config_set("maxmemory", 0)
    assert await _is_empty(client)


async def test_an_ack_that_comes_after_its_message_went_back_leaves_it_there(
    own_redis: OwnRedis, client: LaneRedis
) -> None:
    broker = build_broker(own_redis.url)
    recorder = Recorder(broker)
    recorder.gate.clear()
    async with working(broker, concurrency=2):
        await Ringer(client).ring(COMPLETE_TURN, turns(0, 2))
        await until(lambda: len(recorder.runs) == 2)
        (taken,) = await client.keys("dramatiq:__acks__*")
        stolen = await client.spop(taken)
        recorder.gate.set()
        await until(lambda: _has_none(client, taken))
        assert await client.hkeys("dramatiq:completions.msgs") == [stolen]


async def _has_none(client: LaneRedis, key: bytes | str) -> bool:
    return not await client.exists(key)


async def test_a_worker_teaches_its_script_to_a_redis_that_forgot_it(own_redis: OwnRedis, client: LaneRedis) -> None:
    broker = build_broker(own_redis.url)
    recorder = Recorder(broker)
    recorder.gate.clear()
    async with working(broker, concurrency=10):
        await Ringer(client).ring(COMPLETE_TURN, turns(0, 30))
        await until(lambda: len(recorder.runs) == 10)
        await client.script_flush()
        recorder.gate.set()
        await until(lambda: len(recorder.finished) == 30)
        await until(lambda: _is_empty(client))
