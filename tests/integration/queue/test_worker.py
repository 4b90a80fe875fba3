"""The event-loop worker on a real Redis."""

from __future__ import annotations

import asyncio
from typing import Any

import dramatiq
import pytest

from shared.queue.actor_functions import NotACoroutineError
from shared.queue.broker import build_broker
from shared.queue.fetch import LISTEN_SECONDS
from shared.queue.process import run_worker
from shared.queue.ring import Ringer
from shared.queue.routes import COMPLETE_TURN
from shared.queue.worker import EventLoopWorker
from shared.redis_lane import LaneRedis
from tests.integration.queue.recorder import RAISES, Recorder, turns, working
from tests.integration.queue.server import OwnRedis, until

MESSAGES = b"dramatiq:completions.msgs"


async def ring(client: LaneRedis, args_list: list[tuple[str]]) -> None:
    await Ringer(client).ring(COMPLETE_TURN, args_list)


async def test_every_message_runs_once_and_redis_is_empty_afterwards(own_redis: OwnRedis, client: LaneRedis) -> None:
    broker = build_broker(own_redis.url)
    recorder = Recorder(broker)
    async with working(broker):
        await asyncio.gather(*(ring(client, [args]) for args in turns(0, 300)))
        await until(lambda: len(recorder.finished) == 300)
    assert set(recorder.runs.values()) == {1}
    await until(lambda: _is_empty(client))
    keys: list[Any] = await client.keys()
    left = {key for key in keys if not key.startswith(b"dramatiq:completions.bell")}
    assert left - {b"dramatiq:__heartbeats__"} == set()


async def test_a_process_whose_worker_stopped_leaves_no_connection_behind(
    own_redis: OwnRedis, client: LaneRedis
) -> None:
    broker = build_broker(own_redis.url)
    recorder = Recorder(broker)
    await ring(client, turns(0, 3))
    before = len(await client.client_list())
    stop = asyncio.Event()
    running = asyncio.create_task(
        run_worker(broker, queues={COMPLETE_TURN.queue}, concurrency=3, grace_seconds=5, stop=stop)
    )
    await until(lambda: len(recorder.finished) == 3)
    assert len(await client.client_list()) > before
    stop.set()

    assert await running == 0
    await until(lambda: _are_as_many(client, before))


async def _are_as_many(client: LaneRedis, connections: int) -> bool:
    return len(await client.client_list()) == connections


async def test_an_idle_consumer_is_woken_by_the_bell(own_redis: OwnRedis, client: LaneRedis) -> None:
    broker = build_broker(own_redis.url)
    recorder = Recorder(broker)
    async with working(broker) as worker:
        await until(lambda: _is_listening(client))
        await ring(client, turns(0, 1))
        await until(lambda: recorder.finished["turn-0"] == 1)
        assert [consumer.wakes for consumer in worker.consumers] == [1]


async def test_a_consumer_that_listens_hears_a_stop_at_once_and_takes_no_ring_from_others(
    own_redis: OwnRedis, client: LaneRedis
) -> None:
    # as in two processes: who shares a broker shares its bell for stops
    broker, other = build_broker(own_redis.url), build_broker(own_redis.url)
    Recorder(broker)
    recorder = Recorder(other)
    async with working(broker) as worker, working(other):
        await until(lambda: _is_listening(client, consumers=2))
        async with asyncio.timeout(LISTEN_SECONDS / 2):
            await worker.stop_taking()
        assert [consumer.wakes for consumer in worker.consumers] == [0]
        await ring(client, turns(0, 1))
        await until(lambda: recorder.finished["turn-0"] == 1)


async def test_what_comes_while_a_consumer_rests_is_taken_together_and_a_stop_ends_the_rest(
    own_redis: OwnRedis, client: LaneRedis
) -> None:
    broker = build_broker(own_redis.url)
    recorder = Recorder(broker)
    async with working(broker, rest_seconds=3_600):
        await ring(client, turns(0, 1))
        await until(lambda: recorder.finished["turn-0"] == 1)
        await ring(client, turns(1, 2))
    assert sum(recorder.runs.values()) == 1
    async with working(broker, rest_seconds=3_600):
        await until(lambda: len(recorder.finished) == 3)


async def test_500_messages_never_exceed_a_concurrency_of_50(own_redis: OwnRedis, client: LaneRedis) -> None:
    broker = build_broker(own_redis.url)
    recorder = Recorder(broker)
    recorder.gate.clear()
    async with working(broker, concurrency=50):
        await ring(client, turns(0, 500))
        await until(lambda: len(recorder.runs) == 50)
        recorder.gate.set()
        await until(lambda: len(recorder.finished) == 500)
    assert recorder.peak == 50


async def test_who_leaves_messages_behind_rings_for_another_worker(own_redis: OwnRedis, client: LaneRedis) -> None:
    brokers = [build_broker(own_redis.url) for _ in range(2)]
    recorders = [Recorder(broker) for broker in brokers]
    for recorder in recorders:
        recorder.gate.clear()
    async with working(brokers[0], concurrency=5) as one, working(brokers[1], concurrency=5) as other:
        await until(lambda: _is_listening(client, consumers=2))
        await ring(client, turns(0, 10))
        await until(lambda: all(len(recorder.runs) == 5 for recorder in recorders))
        assert [consumer.wakes for consumer in one.consumers + other.consumers] == [1, 1]
        for recorder in recorders:
            recorder.gate.set()


async def test_an_actor_that_raises_stops_neither_others_nor_the_worker(own_redis: OwnRedis, client: LaneRedis) -> None:
    broker = build_broker(own_redis.url)
    recorder = Recorder(broker)
    async with working(broker, concurrency=2):
        await ring(client, [(f"{RAISES}-{number}",) for number in range(10)])
        await ring(client, turns(0, 10))
        await until(lambda: len(recorder.finished) == 10)
        await until(lambda: _is_empty(client))
    assert set(recorder.runs.values()) == {1}


async def test_a_message_for_an_unknown_actor_is_dropped(own_redis: OwnRedis, client: LaneRedis) -> None:
    broker = build_broker(own_redis.url)
    recorder = Recorder(broker)
    newer = type(COMPLETE_TURN)(COMPLETE_TURN.queue, "of_a_newer_producer")
    async with working(broker):
        await Ringer(client).ring(newer, [("x",)])
        await ring(client, turns(0, 1))
        await until(lambda: recorder.finished["turn-0"] == 1)
        await until(lambda: _is_empty(client))


async def test_an_early_ack_empties_redis_while_the_actor_still_holds_its_slot(
    own_redis: OwnRedis, client: LaneRedis
) -> None:
    broker = build_broker(own_redis.url)
    recorder = Recorder(broker, acks_early=True)
    recorder.gate.clear()
    async with working(broker, concurrency=1):
        await ring(client, turns(0, 1))
        await until(lambda: recorder.runs["turn-0"] == 1)
        await until(lambda: _is_empty(client))
        await ring(client, turns(1, 1))
        assert not recorder.runs["turn-1"]
        recorder.gate.set()
        await until(lambda: recorder.finished["turn-1"] == 1)


@pytest.mark.parametrize(("grace_seconds", "exit_code"), [(20.0, 0), (0.1, 1)])
async def test_a_stop_finishes_what_fits_into_the_grace_and_gives_back_the_rest(
    own_redis: OwnRedis, client: LaneRedis, grace_seconds: float, exit_code: int
) -> None:
    broker = build_broker(own_redis.url)
    recorder = Recorder(broker)
    recorder.gate.clear()
    stop = asyncio.Event()

    async def open_the_gate() -> None:
        if exit_code == 0:
            recorder.gate.set()

    running = asyncio.create_task(
        run_worker(
            broker,
            queues=[COMPLETE_TURN.queue],
            concurrency=10,
            grace_seconds=grace_seconds,
            stop=stop,
            on_stopping=open_the_gate,
        )
    )
    await ring(client, turns(0, 3))
    await until(lambda: len(recorder.runs) == 3)
    stop.set()
    assert await running == exit_code
    assert await client.llen(COMPLETE_TURN_LIST) == (3 if exit_code else 0)
    assert await client.hlen(MESSAGES.decode()) == (3 if exit_code else 0)


async def test_messages_of_a_dead_worker_run_on_another(own_redis: OwnRedis, client: LaneRedis) -> None:
    dead = build_broker(own_redis.url)
    await ring(client, turns(0, 5))
    assert len(dead.do_fetch(COMPLETE_TURN.queue, 5)) == 5
    await client.zadd("dramatiq:__heartbeats__", {dead.broker_id: 1})
    broker = build_broker(own_redis.url)
    recorder = Recorder(broker)
    async with working(broker):
        await until(lambda: len(recorder.finished) == 5)


async def test_a_saturated_worker_keeps_its_heart_beating(own_redis: OwnRedis, client: LaneRedis) -> None:
    broker = build_broker(own_redis.url)
    broker.heartbeat_timeout = 600
    recorder = Recorder(broker)
    recorder.gate.clear()
    async with working(broker, concurrency=1):
        await ring(client, turns(0, 2))
        await until(lambda: recorder.runs.total() == 1)
        beats: set[float | None] = set()
        async with asyncio.timeout(20):
            while len(beats) < 4:
                beats.add(await client.zscore("dramatiq:__heartbeats__", broker.broker_id))
                await asyncio.sleep(0.02)
        recorder.gate.set()


async def test_a_plain_function_is_refused(own_redis: OwnRedis) -> None:
    broker = build_broker(own_redis.url)
    dramatiq.actor(actor_name=COMPLETE_TURN.actor, queue_name=COMPLETE_TURN.queue, broker=broker)(lambda: None)
    with pytest.raises(NotACoroutineError):
        EventLoopWorker(broker, queues=["completions"], concurrency=1)


COMPLETE_TURN_LIST = "dramatiq:completions"


async def _is_listening(client: LaneRedis, consumers: int = 1) -> bool:
    info = await client.info("clients")
    return int(info["blocked_clients"]) == consumers


async def _is_empty(client: LaneRedis) -> bool:
    return not await client.exists(MESSAGES) and not await client.keys("dramatiq:__acks__*")
