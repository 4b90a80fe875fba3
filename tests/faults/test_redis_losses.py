"""Redis wiped and restarted in the middle of traffic: every accepted turn ends, the ledger is exact."""

from __future__ import annotations

import asyncio

import redis.asyncio as redis
from sqlalchemy import text

from infra.embedded.redis import EmbeddedRedis
from tests.product import Product, Workspace, running_product
from tests.servers import until

TURNS = 500
SLOTS = 150
KEY = "sk-sim-delay2000-" + "k" * 24


async def test_after_a_wiped_and_restarted_redis_all_turns_finish_and_the_ledger_is_exact(
    database_url: str, own_redis_server: EmbeddedRedis
) -> None:
    async with running_product(database_url, own_redis_server.url) as product:
        workspace = await product.make_workspace(slots=SLOTS)
        await workspace.add_key("openai", KEY)
        bot = await workspace.add_bot("gpt-5-mini")
        asks = [asyncio.create_task(workspace.ask(bot["token"], f"Question {n}")) for n in range(TURNS)]
        await until(lambda: _are_accepted(product))
        assert {"waiting", "running"} <= await _standings(product)

        async with redis.Redis.from_url(own_redis_server.url) as client:
            await client.flushall()
        own_redis_server.kill()
        own_redis_server.start()
        async with asyncio.timeout(60):
            answers = await asyncio.gather(*asks)

        assert [body["mevichat"]["status"] for _, body in answers] == ["completed"] * TURNS
        output_tokens = sum(body["usage"]["completion_tokens"] for _, body in answers)
        await until(lambda: _is_counted(workspace, TURNS, output_tokens))
        (counters,) = await product.database.call(text("SELECT in_flight, waiting FROM workspace_counters"))
        assert (counters.in_flight, counters.waiting) == (0, 0)


async def _are_accepted(product: Product) -> bool:
    (row,) = await product.database.call(text("SELECT count(*) AS turns FROM turns"))
    return bool(row.turns == TURNS)


async def _standings(product: Product) -> set[str]:
    return {row.status for row in await product.database.call(text("SELECT DISTINCT status FROM turns"))}


async def _is_counted(workspace: Workspace, turns: int, output_tokens: int) -> bool:
    _, usage = await workspace.admin("GET", "/api/usage")
    row = usage["rows"][0]
    return bool((row["turns"], row["output_tokens"], row["failed_turns"]) == (turns, output_tokens, 0))
