"""What a turn costs in counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from redis.asyncio import Redis

from infra.embedded.free_port import free_port
from infra.simulator.server import Simulator
from shared.queue.connection import connect_redis
from tests.guard.relay import Passed, running_relay
from tests.guard.server_figures import postgres_figures, redis_figures, until_queues_are_empty
from tests.guard.service_threads import RUNS, ServiceThread, running_services
from tests.guard.statements import Statements
from tests.measuring.bot import MeasuredBot
from tests.measuring.talk import talk

WARM_UP = 128


@dataclass(frozen=True, slots=True)
class Load:
    """So many turns by so many clients that each wait for their reply."""

    clients: int
    turns: int


@dataclass(frozen=True, slots=True)
class Cost:
    """Counts a turn: figures by name, and how often each process sends which statement."""

    figures: dict[str, float]
    statements: dict[str, float]


async def cost_of_a_turn(bot: MeasuredBot, load: Load) -> Cost:
    """Run the product with no more than a warm-up and then with the load, too; return what its turns cost.

    Processes and Redis are counted from the end of the warm-up. A connection tells PostgreSQL's counters what it did
    when it ends: there the turns are the difference between the two runs.
    """
    redis = connect_redis(bot.settings.redis_url or "")
    try:
        start = await postgres_figures(bot.settings.database_url or "")
        await _run(bot, redis, Load(load.clients, 0))
        short = await postgres_figures(bot.settings.database_url or "")
        counts, statements = await _run(bot, redis, load)
        long = await postgres_figures(bot.settings.database_url or "")
    finally:
        await redis.aclose()
    counts |= {name: long[name] - 2 * short[name] + start[name] for name in long}
    return Cost(_each(counts, load.turns), _each(statements, load.turns))


async def _run(bot: MeasuredBot, redis: Redis, load: Load) -> tuple[dict[str, float], Counter[str]]:
    """Start the product, warm it up, put the load on it and stop it; return the load's counts."""
    with Statements() as statements:
        async with Simulator() as simulator, running_relay(simulator.port) as relay:
            address = simulator.openai_base_url.replace(str(simulator.port), str(relay.port))
            settings = bot.settings.model_copy(update={"openai_base_url": address, "gateway_port": free_port()})
            async with running_services(settings) as services:
                port = settings.gateway_port
                await talk(bot.token, port, clients=load.clients, turns=WARM_UP)
                before = await _counts(services, statements, relay, redis)
                sent_before = statements.by_process()
                await talk(bot.token, port, clients=load.clients, turns=load.turns)
                after = await _counts(services, statements, relay, redis)
                return {name: after[name] - before[name] for name in after}, statements.by_process() - sent_before


async def _counts(
    services: Mapping[str, ServiceThread], statements: Statements, relay: Passed, redis: Redis
) -> dict[str, float]:
    """Return all counts so far, once everything that was begun has ended."""
    await until_queues_are_empty(redis)
    return {
        **{f"{name}_statements": float(statements.of(name)) for name in RUNS},
        **{f"{name}_calls": float(services[name].calls) for name in RUNS},
        "provider_bytes_out": float(relay.sent),
        "provider_bytes_in": float(relay.received),
        **await redis_figures(redis),
    }


def _each(counts: Mapping[str, float], turns: int) -> dict[str, float]:
    return {name: count / turns for name, count in counts.items()}
