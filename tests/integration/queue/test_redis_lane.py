"""The kept connection: many commands, one exchange, and never out of step."""

from __future__ import annotations

import asyncio
from uuid import uuid4

import pytest
from redis.exceptions import RedisError, ResponseError

from shared.queue.connection import connect_redis
from shared.redis_lane import LaneRedis, RedisLane
from tests.integration.queue.server import OwnRedis

SOCKET_SECONDS = 5


async def test_replies_come_in_the_order_of_the_commands_and_a_refused_one_is_its_error(client: LaneRedis) -> None:
    first, refused, last = await client.lane.exchange([("SET", "n", 7), ("LPUSH", "n", "x"), ("GET", "n")])

    assert (first, last) == (b"OK", b"7")
    assert isinstance(refused, ResponseError)


async def test_a_run_raises_the_first_error_and_the_next_one_is_in_step(client: LaneRedis) -> None:
    with pytest.raises(ResponseError):
        await client.lane.run([("SET", "n", 7), ("LPUSH", "n", "x"), ("GET", "n")])

    assert await client.lane.run([("PING",)]) == [b"PONG"]


async def test_exchanges_of_many_callers_do_not_mix(client: LaneRedis) -> None:
    async def echo(number: int) -> list[bytes]:
        return await client.lane.run([("ECHO", number), ("ECHO", -number)])

    answers = await asyncio.gather(*(echo(number) for number in range(200)))

    assert answers == [[b"%d" % number, b"%d" % -number] for number in range(200)]


async def test_who_is_stopped_in_the_middle_leaves_the_lane_in_step(client: LaneRedis) -> None:
    await client.lane.run([("PING",)])
    waiting = asyncio.create_task(client.lane.run([("BLPOP", f"nobody-{uuid4()}", 5)]))
    await _until_blocked(client)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting

    assert await client.lane.run([("ECHO", "after")]) == [b"after"]


async def test_a_connection_that_the_server_ended_is_made_anew(client: LaneRedis) -> None:
    (own,) = await client.lane.run([("CLIENT", "ID")])
    await client.execute_command("CLIENT", "KILL", "ID", own)  # type: ignore[no-untyped-call]

    (another,) = await client.lane.run([("CLIENT", "ID")])

    assert another != own


async def test_a_redis_that_is_silent_is_an_error_in_time_and_answers_again_later(client: LaneRedis) -> None:
    lane = RedisLane(client.connection_pool, patience_seconds=0.2)
    await lane.run([("PING",)])
    with pytest.raises(RedisError, match="in time"):
        await lane.run([("BLPOP", f"nobody-{uuid4()}", 5)])

    assert await lane.run([("ECHO", "after")]) == [b"after"]


async def test_a_redis_that_is_away_is_an_error(own_redis: OwnRedis) -> None:
    client = connect_redis(own_redis.url)
    own_redis.kill()

    with pytest.raises(RedisError):
        await client.lane.run([("PING",)])
    await client.aclose()


async def test_a_closed_lane_gives_its_connection_back(own_redis: OwnRedis) -> None:
    client = connect_redis(own_redis.url, connections=1)
    lane = RedisLane(client.connection_pool)
    await lane.run([("PING",)])
    await lane.close()

    assert await client.ping()
    await client.aclose()


async def test_a_connection_that_came_back_from_a_lane_waits_no_longer_than_others(own_redis: OwnRedis) -> None:
    client = connect_redis(own_redis.url, connections=1)
    lane = RedisLane(client.connection_pool)
    await lane.run([("PING",)])
    await lane.close()

    connection = await client.connection_pool.get_connection()  # type: ignore[no-untyped-call]
    assert connection.socket_timeout == SOCKET_SECONDS
    await client.connection_pool.release(connection)
    await client.aclose()


async def _until_blocked(client: LaneRedis) -> None:
    async with asyncio.timeout(5):
        while not (await client.info("clients"))["blocked_clients"]:
            await asyncio.sleep(0.01)
