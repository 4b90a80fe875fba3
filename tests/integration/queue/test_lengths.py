"""How long the queues are."""

from __future__ import annotations

import pytest

from infra.embedded.free_port import free_port
from shared.queue.connection import connect_redis
from shared.queue.errors import QueueUnavailableError
from shared.queue.lengths import QueueReader
from shared.queue.ring import Ringer
from shared.queue.routes import COMPLETE_TURN, COUNT_USAGE


async def test_each_queue_tells_how_many_messages_wait(redis_url: str) -> None:
    redis = connect_redis(redis_url, connections=2)
    await Ringer(redis).ring(COMPLETE_TURN, [("a",), ("b",), ("c",)])
    await Ringer(redis).ring(COUNT_USAGE, [({},)])

    lengths = await QueueReader(redis).lengths()
    await redis.aclose()

    assert {each.queue: each.waiting for each in lengths} == {
        "completions": 3,
        "validation": 0,
        "ledger": 1,
        "notices": 0,
        "documents": 0,
    }
    assert {(each.taken, each.dead) for each in lengths} == {(0, 0)}


async def test_a_redis_that_does_not_answer_is_said_to_be_away() -> None:
    redis = connect_redis(f"redis://127.0.0.1:{free_port()}/0", connections=1)

    with pytest.raises(QueueUnavailableError):
        await QueueReader(redis).lengths()
    await redis.aclose()
