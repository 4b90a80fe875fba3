"""Throttled keys in the running product: their limits are heeded and used, and nobody else notices."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import redis.asyncio as redis
from sqlalchemy import text

from shared.domain.error_types import APOLOGY
from tests.faults.worker_process import running_worker
from tests.integration.limits.bench import LimitBench
from tests.product import Product, running_product

SLOTS = 8
IN_FLIGHT = 4
TURNS = 60
MOST_REFUSED = 12
"""The first burst may pass the limit by 4; after that about one call in 40 looks whether the limit has grown."""
FREE = "sk-sim-ok-" + "f" * 24


@pytest.fixture
async def bench(product: Product) -> LimitBench:
    return LimitBench(product, await product.make_workspace(slots=SLOTS))


async def test_turns_without_room_hold_no_slot_and_stand_in_nobodys_way(bench: LimitBench) -> None:
    key = "sk-sim-inflight4-" + "t" * 24
    throttled, other = await bench.bot_on(key), await bench.bot_on(FREE)
    bench.product.simulator.set_behaviour(key, delay_ms=2000)
    await bench.post(throttled, 12)
    await bench.until_counters(in_flight=IN_FLIGHT, waiting=8)

    await bench.post(other, 10)
    passed = await bench.until_ended(other)

    assert [(turn.status, turn.attempt) for turn in passed] == [("completed", 1)] * 10
    assert [turn.status for turn in await bench.until_ended(throttled)] == ["completed"] * 12


@pytest.mark.parametrize(("provider", "model"), [("openai", "gpt-5-mini"), ("anthropic", "claude-haiku-4-5")])
async def test_a_throttled_key_is_used_to_its_limit_and_seldom_beyond(
    bench: LimitBench, provider: str, model: str
) -> None:
    key = f"{'sk-sim' if provider == 'openai' else 'sk-ant-sim'}-inflight4.delay50-" + "t" * 24
    bot = await bench.bot_on(key, provider, model)
    await bench.post(bot, TURNS)

    turns = await bench.until_ended(bot)

    throttle = bench.product.simulator.throttle
    assert [turn.status for turn in turns] == ["completed"] * TURNS
    assert throttle.most_in_flight[key] == IN_FLIGHT
    assert throttle.refused[key] <= MOST_REFUSED
    # the key's own probe is the one call more
    assert bench.product.simulator.calls_of(key) - throttle.refused[key] - 2 <= TURNS
    assert sum(turn.retries for turn in turns) == throttle.refused[key]
    await bench.until_counters(in_flight=0, waiting=0)


async def test_a_limit_by_the_second_is_heeded_before_the_provider_refuses(bench: LimitBench) -> None:
    key = "sk-sim-rps20-" + "t" * 24
    bot = await bench.bot_on(key)
    await bench.post(bot, TURNS)

    turns = await bench.until_ended(bot)

    assert [turn.status for turn in turns] == ["completed"] * TURNS
    assert bench.product.simulator.throttle.refused[key] <= MOST_REFUSED


async def test_a_wiped_redis_costs_a_throttled_key_time_and_nothing_else(bench: LimitBench) -> None:
    key = "sk-sim-inflight4.delay50-" + "t" * 24
    bot = await bench.bot_on(key)
    await bench.post(bot, TURNS)
    async with redis.Redis.from_url(bench.product.settings.redis_url or "") as client:
        await client.flushall()

    turns = await bench.until_ended(bot)

    assert [turn.status for turn in turns] == ["completed"] * TURNS
    assert bench.product.simulator.throttle.refused[key] <= 2 * MOST_REFUSED
    await bench.until_counters(in_flight=0, waiting=0)


async def test_two_workers_share_one_limit(bench: LimitBench) -> None:
    key = "sk-sim-inflight4.delay50-" + "t" * 24
    bot = await bench.bot_on(key)
    async with running_worker(bench.product.settings):
        await bench.until_two_workers_ran(await bench.bot_on(FREE))
        await bench.post(bot, TURNS)
        turns = await bench.until_ended(bot)

    assert [turn.status for turn in turns] == ["completed"] * TURNS
    assert len({turn.lease_owner for turn in turns}) == 2
    assert bench.product.simulator.throttle.refused[key] <= MOST_REFUSED


@pytest.fixture
async def impatient(database_url: str, redis_url: str) -> AsyncIterator[Product]:
    async with running_product(database_url, redis_url, retry_start_limit_seconds=5) as running:
        yield running


async def test_a_pause_beyond_a_callers_patience_is_the_apology_at_once_and_no_call(impatient: Product) -> None:
    key = "sk-ant-sim-ok-" + "t" * 24
    workspace = await impatient.make_workspace()
    await workspace.add_key("anthropic", key)
    bot = await workspace.add_bot("claude-haiku-4-5")
    impatient.simulator.set_scenario(key, "rate_limit_tokens")  # retry-after: 12
    _, refused = await workspace.ask(bot["token"], "Hello")  # its answer comes after the pause is known
    calls = impatient.simulator.calls_of(key)

    status, answer = await workspace.ask(bot["token"], "Hello again")

    assert refused["choices"][0]["message"]["content"] == APOLOGY
    assert (status, answer["choices"][0]["message"]["content"]) == (200, APOLOGY)
    assert answer["mevichat"]["error"]["type"] == "rate_limited"
    assert impatient.simulator.calls_of(key) == calls
    (row,) = await impatient.database.call(text("SELECT sum(retries) AS retries FROM turns"))
    assert row.retries == 0
