"""Workers killed in mid-call: no message is lost, none is kept by a turn that did not keep it."""

from __future__ import annotations

import asyncio
from typing import Any

from sqlalchemy import text

from tests.faults.worker_process import running_worker
from tests.integration.gateway.door import HANGS, Door, used_messages
from tests.product import Product, Workspace, running_product
from tests.servers import until

SHORT_LEASES: dict[str, Any] = {
    "lease_seconds": 1.5,
    "renew_seconds": 0.5,
    "sweeper_patience_seconds": 0.5,
    "sweep_seconds": 0.2,
}
NO_WORKER = frozenset({"worker"})
TURNS_A_BOT = 12
WORKS, FAILS = "sk-sim-ok-" + "w" * 24, "sk-sim-ok-" + "f" * 24


async def hanging_doors(workspace: Workspace, key: str) -> list[Door]:
    """Make a bot with a key of its own that hangs; return its door at every gateway."""
    product = workspace.product
    saved = await workspace.add_key("openai", key)
    bot = await workspace.add_bot("gpt-5-mini", key_id=saved["id"])
    product.simulator.set_behaviour(key, **HANGS)
    return [Door(product, bot["token"], url) for url in product.chat_urls]


async def until_running(product: Product, turns: int) -> None:
    """Wait until so many calls have begun and are noted in their rows."""
    begun = text("SELECT count(*) AS n FROM turns WHERE status = 'running' AND call_began")

    async def are_running() -> bool:
        return bool((await product.database.call(begun))[0].n == turns)

    await until(are_running)


async def test_after_a_worker_is_killed_in_mid_call_the_quota_is_what_the_turns_keep(
    database_url: str, redis_url: str
) -> None:
    async with running_product(database_url, redis_url, without=NO_WORKER, gateways=2, **SHORT_LEASES) as product:
        workspace = await product.make_workspace(message_limit=2 * TURNS_A_BOT)
        works, fails = await hanging_doors(workspace, WORKS), await hanging_doors(workspace, FAILS)
        later = [doors[n % 2].ask_later("Hello") for doors in (works, fails) for n in range(TURNS_A_BOT)]
        async with running_worker(product.settings) as worker:
            turn_ids = [answer.turn_id for answer in await asyncio.gather(*later)]
            await until_running(product, 2 * TURNS_A_BOT)
            assert (await works[0].ask("One more")).code == "quota_exceeded"
            cancelled = turn_ids[:2]
            for turn_id, door in zip(cancelled, works, strict=True):
                await door.cancel(turn_id)
            worker.kill()
            await worker.wait()
        product.simulator.set_behaviour(WORKS, delay_ms=0)
        product.simulator.set_behaviour(FAILS, scenario="invalid_prompt", delay_ms=0)
        async with running_worker(product.settings):
            for turn_id in turn_ids[2:TURNS_A_BOT]:
                await works[0].until(turn_id, "completed")
            for turn_id in turn_ids[TURNS_A_BOT:]:
                await fails[0].until(turn_id, "failed")

        # the cancelled keep theirs: their calls had begun
        assert await used_messages(workspace) == TURNS_A_BOT
        (row,) = await product.database.call(text("SELECT count(*) FILTER (WHERE holds_quota) AS kept FROM turns"))
        assert row.kept == TURNS_A_BOT
        _, own = await workspace.admin("GET", "/api/workspace")
        assert (own["in_flight"], own["waiting"]) == (0, 0)


async def test_a_turn_that_crashes_three_workers_gives_its_message_back_and_can_be_retried(
    database_url: str, redis_url: str
) -> None:
    async with running_product(database_url, redis_url, without=NO_WORKER, gateways=2, **SHORT_LEASES) as product:
        workspace = await product.make_workspace(message_limit=1)
        one, other = await hanging_doors(workspace, WORKS)
        turn_id = (await one.ask_later("Hello")).turn_id
        for _ in range(3):
            async with running_worker(product.settings) as worker:
                await until_running(product, 1)
                worker.kill()
                await worker.wait()
            await until(lambda: _is_free_again(product))

        crashed = await other.turn(turn_id)
        assert (crashed["status"], crashed["error"]["type"]) == ("failed", "worker_crashed")
        assert await used_messages(workspace) == 0

        product.simulator.set_behaviour(WORKS, delay_ms=0)
        assert (await other.retry(turn_id)).status == 200
        async with running_worker(product.settings):
            await one.until(turn_id, "completed")
        assert await used_messages(workspace) == 1


async def _is_free_again(product: Product) -> bool:
    """Tell whether the lapsed lease was ended: the turn is ready, or failed for good."""
    (turn,) = await product.database.call(text("SELECT status FROM turns"))
    return turn.status in ("ready", "failed")
