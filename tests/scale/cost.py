"""What a turn costs on the whole product: CPU by process, and what PostgreSQL touches."""

from __future__ import annotations

from dataclasses import dataclass, replace

from redis.asyncio import Redis
from sqlalchemy.ext.asyncio import create_async_engine

from infra.embedded.free_port import free_port
from shared.queue.connection import connect_redis
from shared.store.url import sqlalchemy_url
from tests.guard.server_figures import until_queues_are_empty
from tests.measuring.bot import MeasuredBot
from tests.measuring.connections import until_alone
from tests.measuring.cpu import cpu_seconds
from tests.measuring.stack import Servers, running_stack
from tests.measuring.talk import talk
from tests.profile.server_profile import Counters, read_counters

CLIENTS = 64
WARM_UP = 300
NOT_OF_A_TURN = ("simulator",)
"""The provider is not ours."""


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU seconds by process, and PostgreSQL's counters, of so many turns."""

    turns: int
    cpu: dict[str, float]
    counted: Counters

    @property
    def cpu_us(self) -> float:
        """Return a turn's CPU over all that it passes, in microseconds."""
        return sum(spent for name, spent in self.cpu.items() if name not in NOT_OF_A_TURN) / self.turns * 1e6

    @property
    def buffers(self) -> float:
        """Return how many shared buffers a turn touches."""
        return sum(figures[0] for figures in self.counted.relations.values()) / self.turns


async def cost_of_turns(bot: MeasuredBot, servers: Servers, *, turns: int, workers: int = 1) -> Cost:
    """Run the product with a warm-up alone and then with the turns, too; the counters' difference is the turns'."""
    redis = connect_redis(servers.redis.url)
    try:
        start = await _counters(servers, redis)
        await _run(bot, servers, redis, 0, workers)
        short = await _counters(servers, redis)
        cpu = await _run(bot, servers, redis, turns, workers)
        long = await _counters(servers, redis)
    finally:
        await redis.aclose()
    return Cost(turns, cpu, long.since(short).since(short.since(start)))


async def _run(bot: MeasuredBot, servers: Servers, redis: Redis, turns: int, workers: int) -> dict[str, float]:
    simulator_port, gateway_port = free_port(), free_port()
    settings = bot.settings.model_copy(
        update={
            "simulator_port": simulator_port,
            "gateway_port": gateway_port,
            "openai_base_url": f"http://127.0.0.1:{simulator_port}/openai/v1",
        }
    )
    bot = replace(bot, settings=settings)
    names = ("simulator", *["worker"] * workers, "gateway", "ledger")
    async with running_stack(settings, names, servers) as stack:
        await talk(bot.token, gateway_port, clients=CLIENTS, turns=WARM_UP)
        await until_queues_are_empty(redis)
        before = cpu_seconds(stack.programs)
        await talk(bot.token, gateway_port, clients=CLIENTS, turns=turns)
        await until_queues_are_empty(redis)
        return {name: spent - before[name] for name, spent in cpu_seconds(stack.programs).items()}


async def _counters(servers: Servers, redis: Redis) -> Counters:
    engine = create_async_engine(sqlalchemy_url(servers.database_url))
    async with engine.connect() as connection:
        await until_alone(connection)
    await engine.dispose()
    return await read_counters(servers.database_url, redis)
