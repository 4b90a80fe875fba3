"""Providers that hang, trickle, cut and talk nonsense, and a key that is refused."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from sqlalchemy import text

from tests.faults.fault import TROUBLE, Fault, fired
from tests.faults.questions import Question
from tests.faults.world import TROUBLED_KEY, World
from tests.servers import until

CALLS_THAT_MEET_IT = 6
WITHIN_SECONDS = 30
TOO_MANY_TURNS, ASKING_AT_ONCE = 300, 24
LASTS_SECONDS = 4.0
"""Of another's trouble: long enough to see what it does to everybody else."""
NEIGHBOUR, TROUBLED = "neighbour", "troubled"
WELL: dict[str, Any] = {"scenario": "ok", "delay_ms": 50, "chunks": 0, "chunk_delay_ms": 0, "split_bytes": 0}
SLOW = WELL | {"delay_ms": 1_000}


async def trouble(behaviour: dict[str, Any], world: World) -> None:
    """Let the provider behave like this to the troubled workspace until some calls have met it."""
    before = world.simulator.calls_of(TROUBLED_KEY)
    world.simulator.set_behaviour(TROUBLED_KEY, **behaviour)
    try:
        await until(lambda: _has(world, before + CALLS_THAT_MEET_IT), seconds=WITHIN_SECONDS)
        await asyncio.sleep(world.product.settings.renew_seconds)
    finally:
        world.simulator.set_behaviour(TROUBLED_KEY, **WELL)
    fired(world.simulator.calls_of(TROUBLED_KEY) >= before + CALLS_THAT_MEET_IT, "no call met it")


@asynccontextmanager
async def refused_key(world: World) -> AsyncIterator[None]:
    """Let the troubled key be refused until its verdict is known, then let it be good again."""
    world.simulator.set_scenario(TROUBLED_KEY, "invalid_api_key")
    asking = asyncio.create_task(_ask_troubled(world, f"refused{world.random.randrange(10**9)}"))
    try:
        yield
        await until(lambda: _is_in(world, "invalid"), seconds=90)
    finally:
        await asking
        world.simulator.set_behaviour(TROUBLED_KEY, **WELL)
    await world.workspaces[TROUBLED].admin("POST", f"/api/keys/{world.troubled_key_id}/test")
    await until(lambda: _is_in(world, "active"), seconds=30)


async def _ask_troubled(world: World, name: str) -> None:
    bot = next(number for number, bot in enumerate(world.clients.bots) if bot.workspace == TROUBLED)
    await world.clients.ask(Question(f"question-{world.seed}-{name}", bot, "async", None, is_keyed=True))


async def _is_in(world: World, state: str) -> bool:
    _, key = await world.workspaces[TROUBLED].admin("GET", f"/api/keys/{world.troubled_key_id}")
    return bool(key["state"] == state)


async def _has(world: World, calls: int) -> bool:
    return world.simulator.calls_of(TROUBLED_KEY) >= calls


async def ask_too_much(behaviour: dict[str, Any], world: World) -> None:
    """Let the troubled workspace ask faster than its slots, and a provider that behaves like this, can answer."""
    world.simulator.set_behaviour(TROUBLED_KEY, **behaviour)
    names = iter([f"{behaviour['scenario']}{number}" for number in range(TOO_MANY_TURNS)])

    async def ask() -> None:
        for name in names:
            await _ask_troubled(world, name)

    asking = asyncio.gather(*(ask() for _ in range(ASKING_AT_ONCE)), asyncio.sleep(LASTS_SECONDS))
    try:
        await until(lambda: _have_to_wait(world), seconds=WITHIN_SECONDS)
    except TimeoutError:
        fired(False, "nothing had to wait")
    finally:
        await asking
        world.simulator.set_behaviour(TROUBLED_KEY, **WELL)


async def _have_to_wait(world: World) -> bool:
    statement = text("SELECT waiting FROM workspace_counters WHERE workspace_id = CAST(:id AS uuid)")
    (row,) = await world.product.database.call(statement, id=world.workspaces[TROUBLED].workspace_id)
    return bool(row.waiting)


BEHAVIOURS: dict[str, dict[str, Any]] = {
    "hangs in mid-answer": {"scenario": "hang_midway"},
    "trickles": {"chunks": 40, "chunk_delay_ms": 60, "split_bytes": 7},
    "cuts its answers": {"scenario": "truncated"},
    "breaks the connection": {"scenario": "broken"},
    "answers garbage": {"scenario": "garbage"},
    "answers another shape": {"scenario": "wrong_shape"},
    "is overloaded": {"scenario": "server_is_overloaded"},
}
PROVIDER_FAULTS = tuple(
    Fault("provider", f"provider {name}", partial(trouble, behaviour), TROUBLE)
    for name, behaviour in BEHAVIOURS.items()
)
NEIGHBOUR_FAULTS = (
    Fault(NEIGHBOUR, "another's provider hangs", partial(ask_too_much, {"scenario": "hang"})),
    Fault(NEIGHBOUR, "another's flood of turns", partial(ask_too_much, SLOW)),
)
"""Alone, so that what they do to everybody else can be measured."""
