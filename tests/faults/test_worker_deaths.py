"""Workers that die, and calls that outlast their lease: nothing is lost, nothing runs twice without need."""

from __future__ import annotations

import asyncio
from typing import Any

from sqlalchemy import text

from tests.faults.worker_process import running_worker
from tests.product import Product, running_product
from tests.servers import until

TURNS = 50
SLOW_KEY = "sk-sim-delay4000-" + "k" * 24
LONG_KEY = "sk-sim-delay9000-" + "k" * 24
NO_WORKER = frozenset({"worker"})


async def rows(product: Product, statement: str) -> Any:
    """Look into the store."""
    return await product.database.call(text(statement))


async def test_the_turns_of_a_killed_worker_complete_once_on_another(database_url: str, redis_url: str) -> None:
    async with running_product(database_url, redis_url, without=NO_WORKER) as product:
        workspace = await product.make_workspace()
        await workspace.add_key("openai", SLOW_KEY)
        bot = await workspace.add_bot("gpt-5-mini")
        calls_before = product.simulator.calls_of(SLOW_KEY)

        async def all_are_called() -> bool:
            return product.simulator.calls_of(SLOW_KEY) >= calls_before + TURNS

        async with running_worker(product.settings) as worker:
            asks = [asyncio.create_task(workspace.ask(bot["token"], f"Question {n}")) for n in range(TURNS)]
            await until(all_are_called)
            worker.kill()
            await worker.wait()
        async with running_worker(product.settings), asyncio.timeout(60):
            answers = await asyncio.gather(*asks)

        assert [body["mevichat"]["status"] for _, body in answers] == ["completed"] * TURNS
        for number, (_, body) in enumerate(answers):
            assert f"Question {number}" in body["choices"][0]["message"]["content"]
        (turns,) = await rows(
            product,
            "SELECT count(*) AS n, count(*) FILTER (WHERE status = 'completed' AND attempt = 2 AND crashes = 1) AS twice "
            "FROM turns",
        )
        assert (turns.n, turns.twice) == (TURNS, TURNS)
        (events,) = await rows(
            product,
            "SELECT count(*) AS n, count(*) FILTER (WHERE ends_turn) AS ends, "
            "count(*) FILTER (WHERE kind = 'unknown' AND attempt = 1) AS lost FROM usage_events",
        )
        assert (events.n, events.ends, events.lost) == (2 * TURNS, TURNS, TURNS)


async def test_a_call_that_outlasts_its_lease_by_far_runs_once_while_its_worker_lives(
    database_url: str, redis_url: str
) -> None:
    short: dict[str, Any] = {
        "lease_seconds": 1.5,
        "renew_seconds": 0.5,
        "sweeper_patience_seconds": 0.5,
        "sweep_seconds": 0.2,
    }
    async with running_product(database_url, redis_url, **short) as product:
        workspace = await product.make_workspace()
        await workspace.add_key("openai", LONG_KEY)
        bot = await workspace.add_bot("gpt-5-mini")
        calls_before = product.simulator.calls_of(LONG_KEY)

        _, body = await workspace.ask(bot["token"], "Take your time")

        assert body["mevichat"]["status"] == "completed"
        assert product.simulator.calls_of(LONG_KEY) == calls_before + 1
        (turn,) = await rows(product, "SELECT attempt, crashes FROM turns")
        assert (turn.attempt, turn.crashes) == (1, 0)
