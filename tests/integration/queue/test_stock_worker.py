"""The same actors run under dramatiq's own worker, so nobody is locked in."""

from __future__ import annotations

from collections import Counter

import dramatiq
from dramatiq.middleware import AsyncIO

from shared.queue.acknowledge import acknowledge
from shared.queue.broker import build_broker
from shared.queue.declare import declare_actor
from shared.queue.ring import Ringer
from shared.queue.routes import COMPLETE_TURN
from shared.redis_lane import LaneRedis
from tests.integration.queue.recorder import Recorder, turns, working
from tests.integration.queue.server import OwnRedis, until


async def test_our_rings_run_under_the_stock_worker(own_redis: OwnRedis, client: LaneRedis) -> None:
    broker = build_broker(own_redis.url)
    broker.add_middleware(AsyncIO())
    runs: Counter[str] = Counter()

    async def complete_turn(turn_id: str) -> None:
        acknowledge()
        runs[turn_id] += 1

    declare_actor(broker, COMPLETE_TURN, complete_turn)
    worker = dramatiq.Worker(broker, worker_threads=2, worker_timeout=50)
    worker.start()
    try:
        await Ringer(client).ring(COMPLETE_TURN, turns(0, 20))
        await until(lambda: runs.total() == 20)
    finally:
        worker.stop()
    assert set(runs.values()) == {1}
    assert not await client.exists("dramatiq:completions.msgs")


async def test_messages_of_the_stock_broker_run_under_the_event_loop_worker(
    own_redis: OwnRedis, client: LaneRedis
) -> None:
    broker = build_broker(own_redis.url)
    broker.add_middleware(AsyncIO())
    recorder = Recorder(broker)
    async with working(broker):
        broker.get_actor(COMPLETE_TURN.actor).send("turn-0")
        await until(lambda: recorder.finished["turn-0"] == 1)
