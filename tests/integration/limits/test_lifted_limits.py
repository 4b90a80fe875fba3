"""Turns that wait out a long pause go on as soon as their key's owner does something about it."""

from __future__ import annotations

import time
from typing import Any
from uuid import UUID

import pytest
import redis.asyncio as redis

from shared.limits.scripts import limit_key
from tests.integration.limits.bench import LimitBench
from tests.product import Product

PAUSE_SECONDS = 3_000
TURNS = 6
KEY = "sk-sim-ok-" + "p" * 24


@pytest.fixture
async def bench(product: Product) -> LimitBench:
    return LimitBench(product, await product.make_workspace(slots=4))


async def pause(bench: LimitBench, key_id: str) -> None:
    """Let the provider of the key want silence for an hour, and be no more than two calls in flight after."""
    until_ms = round((time.time() + PAUSE_SECONDS) * 1000)
    async with redis.Redis.from_url(bench.product.settings.redis_url or "") as client:
        await client.hset(limit_key(UUID(key_id), 1), mapping={"limit": 2, "failed_at": 4, "paused_until": until_ms})


async def paused_bot(bench: LimitBench) -> tuple[dict[str, Any], str]:
    """Return a bot whose turns all wait for the end of its key's pause, and the key's path."""
    saved = await bench.workspace.add_key("openai", KEY)
    bot = await bench.workspace.add_bot("gpt-5-mini", key_id=saved["id"])
    await pause(bench, saved["id"])
    await bench.post(bot, TURNS)
    await bench.until_counters(in_flight=0, waiting=TURNS)
    return bot, f"/api/keys/{saved['id']}"


async def test_a_re_test_that_passes_ends_the_keys_pause(bench: LimitBench) -> None:
    bot, path = await paused_bot(bench)

    status, _ = await bench.workspace.admin("POST", f"{path}/test")

    assert status == 200
    assert [turn.status for turn in await bench.until_ended(bot)] == ["completed"] * TURNS


async def test_a_re_test_that_proves_nothing_leaves_the_pause(bench: LimitBench) -> None:
    bot, path = await paused_bot(bench)
    bench.product.simulator.set_scenario(KEY, "server_error")

    await bench.workspace.admin("POST", f"{path}/test")

    async with redis.Redis.from_url(bench.product.settings.redis_url or "") as client:
        assert await client.exists(limit_key(UUID(path.rsplit("/", 1)[-1]), 1)) == 1
    assert {turn.status for turn in await bench.turns(bot)} == {"waiting"}


async def test_a_rotation_lets_the_waiting_turns_run_on_the_new_text(bench: LimitBench) -> None:
    bot, path = await paused_bot(bench)

    status, _ = await bench.workspace.admin("POST", f"{path}/rotate", {"key": "sk-sim-ok-" + "q" * 24})

    assert status == 200
    assert [turn.status for turn in await bench.until_ended(bot)] == ["completed"] * TURNS


@pytest.mark.parametrize(("method", "body"), [("PATCH", {"disabled": True}), ("DELETE", None)])
async def test_a_key_that_is_taken_away_ends_its_waiting_turns(
    bench: LimitBench, method: str, body: dict[str, Any] | None
) -> None:
    bot, path = await paused_bot(bench)

    status, _ = await bench.workspace.admin(method, path, body)

    assert status == 200
    assert [turn.status for turn in await bench.until_ended(bot)] == ["failed"] * TURNS
