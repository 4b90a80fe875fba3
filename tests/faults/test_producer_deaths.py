"""Producers that are killed, and servers that are lost under them: each turn once, each end heard at least once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import redis.asyncio as redis
from sqlalchemy import text

from infra.embedded.redis import EmbeddedRedis
from shared.producer import Admitted, TurnProducer, TurnRequest
from shared.settings import Settings
from tests.faults.producer_process import start_producer
from tests.product import Product, running_product
from tests.servers import until

TURNS = 600
KEY = "sk-sim-delay300-" + "k" * 24
QUICK: dict[str, Any] = {"lease_seconds": 2.0, "renew_seconds": 0.5, "unclaimed_seconds": 1.0}


async def make_bot(product: Product) -> str:
    workspace = await product.make_workspace(slots=200)
    await workspace.add_key("openai", KEY)
    return str((await workspace.add_bot("gpt-5-mini"))["token"])


@asynccontextmanager
async def producing(settings: Settings, token: str, heard: Path) -> AsyncIterator[None]:
    """Run the producer's process until the block ends, then kill it where it stands."""
    process = await start_producer(settings, token, TURNS, heard)
    try:
        yield
    finally:
        process.kill()
        await process.wait()


async def count_of(product: Product, what: str) -> int:
    (row,) = await product.database.call(text(f"SELECT count(*) AS n FROM turns WHERE {what}"))
    return int(row.n)


def heard_in(file: Path) -> list[str]:
    return file.read_text(encoding="utf-8").split() if file.exists() else []


async def test_a_producer_killed_while_it_submits_and_while_it_listens_runs_each_turn_once_and_hears_every_end(
    database_url: str, redis_url: str, tmp_path: Path
) -> None:
    heard = tmp_path / "heard"
    async with running_product(database_url, redis_url, **QUICK) as product:
        token = await make_bot(product)
        calls_before = product.simulator.calls_of(KEY)

        async def are_submitted(least: int) -> bool:
            return await count_of(product, "true") >= least

        async with producing(product.settings, token, heard):
            await until(lambda: are_submitted(TURNS // 3), seconds=60)
        assert await count_of(product, "true") < TURNS

        async with producing(product.settings, token, heard):
            await until(lambda: are_submitted(TURNS), seconds=60)
            await until(lambda: has_heard(heard, TURNS // 2), seconds=60)
        assert len(set(heard_in(heard))) < TURNS

        async with producing(product.settings, token, heard):
            await until(lambda: has_heard(heard, TURNS), seconds=60)
            await until(lambda: is_all_acknowledged(product), seconds=60)

        assert await count_of(product, "true") == TURNS
        assert await count_of(product, "attempt = 1 AND status = 'completed'") == TURNS
        assert product.simulator.calls_of(KEY) == calls_before + TURNS
        assert len(heard_in(heard)) < TURNS + 2 * 150


async def has_heard(file: Path, count: int) -> bool:
    return len(set(heard_in(file))) >= count


async def is_all_acknowledged(product: Product) -> bool:
    return await count_of(product, "acknowledged_at IS NULL") == 0


async def test_a_wiped_and_restarted_redis_loses_no_turn_and_no_reply_of_a_producer(
    database_url: str, own_redis_server: EmbeddedRedis, tmp_path: Path
) -> None:
    heard = tmp_path / "heard"
    async with running_product(database_url, own_redis_server.url, **QUICK) as product:
        token = await make_bot(product)
        async with producing(product.settings, token, heard):
            await until(lambda: has_heard(heard, TURNS // 10), seconds=60)
            async with redis.Redis.from_url(own_redis_server.url) as client:
                await client.flushall()
            own_redis_server.kill()
            await asyncio.sleep(2)
            own_redis_server.start()
            await until(lambda: has_heard(heard, TURNS), seconds=90)
            await until(lambda: is_all_acknowledged(product), seconds=60)

        assert await count_of(product, "status = 'completed'") == TURNS
        assert len(heard_in(heard)) == TURNS


async def test_ends_that_came_while_no_producer_ran_and_redis_was_wiped_are_heard_by_the_next_one(
    database_url: str, redis_url: str
) -> None:
    async with running_product(database_url, redis_url, **QUICK) as product:
        token = await make_bot(product)
        async with TurnProducer("crm", token=token, settings=product.settings) as producer:
            requests = [TurnRequest(text=f"Question {n}") for n in range(250)]
            decisions = [one.decision async for one in producer.submit_many(requests)]
        admitted = {decision.turn_id for decision in decisions if isinstance(decision, Admitted)}

        async def have_ended() -> bool:
            return await count_of(product, "ended_at IS NOT NULL") == 250

        await until(have_ended, seconds=60)
        async with redis.Redis.from_url(redis_url) as client:
            await client.flushall()
        async with TurnProducer("crm", token=token, settings=product.settings) as producer, asyncio.timeout(30):
            heard = [await producer.next_reply() for _ in range(250)]
            for reply in heard:
                await producer.acknowledge(reply)

        assert {reply.turn_id for reply in heard} == admitted
        assert await count_of(product, "acknowledged_at IS NULL") == 0


async def test_two_processes_of_one_name_share_the_replies_and_inherit_those_of_the_one_that_dies(
    database_url: str, redis_url: str, tmp_path: Path
) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    async with running_product(database_url, redis_url, **QUICK) as product:
        token = await make_bot(product)
        async with producing(product.settings, token, first):
            async with producing(product.settings, token, second):
                await until(lambda: both_have_heard(first, second), seconds=60)
            await until(lambda: have_heard(first, second), seconds=60)
            await until(lambda: is_all_acknowledged(product), seconds=60)

        assert await count_of(product, "true") == TURNS
        # what the killed one had heard and not yet acknowledged is heard again, and nothing else
        assert len(heard_in(first)) + len(heard_in(second)) < TURNS + 150


async def both_have_heard(first: Path, second: Path) -> bool:
    return bool(heard_in(first)) and len(heard_in(second)) > 100


async def have_heard(first: Path, second: Path) -> bool:
    return len({*heard_in(first), *heard_in(second)}) == TURNS
