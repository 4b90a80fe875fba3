"""Where a turn's CPU goes, by process and by stage: `python -m tests.profile`."""

from __future__ import annotations

import argparse
import asyncio
import sys
from dataclasses import replace
from pathlib import Path

import uvloop

from infra.embedded.free_port import free_port
from infra.embedded.postgres import EmbeddedPostgres
from infra.embedded.redis import EmbeddedRedis
from shared.queue.connection import connect_redis
from tests.measuring.bot import MeasuredBot, make_bot
from tests.measuring.cpu import cpu_seconds
from tests.measuring.sheets import Sheet, write_report
from tests.measuring.stack import Servers, Stack, running_stack
from tests.measuring.talk import talk, talk_during
from tests.profile.report import cpu_sheet, server_sheets, stage_sheet
from tests.profile.sampling import sample, sampler
from tests.profile.server_profile import Counters, read_counters, time_functions
from tests.profile.stages import GATEWAY, WORKER, read_stacks, share_by_stage
from tests.servers import fresh_database, running_postgres, running_redis

FOLDER = Path("build/profile")
PROGRAMS = ("simulator", "worker", "gateway", "background")
WARM_UP_TURNS = 1_000
ENDINGS = {"raw": "stacks.txt", "flamegraph": "svg"}
PROFILED = {"gateway": GATEWAY, "worker": WORKER}


async def profile(servers: Servers, *, seconds: int, clients: int) -> list[Sheet]:
    """Put a steady load on the product and look where it spends its time."""
    await time_functions(servers.postgres.url)
    bot = await make_bot(servers.database_url, servers.redis.url)
    port = free_port()
    address = f"http://127.0.0.1:{port}/openai/v1"
    updates = {"simulator_port": port, "gateway_port": free_port(), "openai_base_url": address}
    bot = replace(bot, settings=bot.settings.model_copy(update=updates))
    async with running_stack(bot.settings, PROGRAMS, servers) as stack:
        await talk(bot.token, bot.settings.gateway_port, clients=clients, turns=WARM_UP_TURNS)
        spent, counted, turns = await _counted(stack, bot, servers, seconds, clients)
        await _sampled(stack, bot, seconds, clients, "raw")
        await _sampled(stack, bot, seconds, clients, "flamegraph")
    return [
        cpu_sheet(spent, turns),
        *(stage_sheet(name, _shares(name), spent[name], turns) for name in PROFILED),
        *server_sheets(counted, turns),
    ]


async def _counted(
    stack: Stack, bot: MeasuredBot, servers: Servers, seconds: int, clients: int
) -> tuple[dict[str, float], Counters, int]:
    """Return what the load cost while nobody looked into the processes: CPU seconds, counters and its turns."""
    redis = connect_redis(servers.redis.url)
    try:
        cpu, counters = cpu_seconds(stack.programs), await read_counters(servers.database_url, redis)
        turns = await talk_during(asyncio.sleep(seconds), bot.token, bot.settings.gateway_port, clients=clients)
        spent = {name: after - cpu[name] for name, after in cpu_seconds(stack.programs).items()}
        return spent, (await read_counters(servers.database_url, redis)).since(counters), turns
    finally:
        await redis.aclose()


async def _sampled(stack: Stack, bot: MeasuredBot, seconds: int, clients: int, kind: str) -> None:
    """Look into gateway and worker while they are under the load."""
    looks = (sample(stack.pids_of(name)[0], seconds, kind, _file(name, kind)) for name in PROFILED)

    async def look() -> None:
        await asyncio.gather(*looks)

    await talk_during(look(), bot.token, bot.settings.gateway_port, clients=clients)


def _shares(name: str) -> dict[str, float]:
    return share_by_stage(read_stacks(_file(name, "raw").read_text(encoding="utf-8")), PROFILED[name])


def _file(name: str, kind: str) -> Path:
    return FOLDER / f"{name}.{ENDINGS[kind]}"


def main() -> int:
    """Profile, print and write the report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=15)
    parser.add_argument("--clients", type=int, default=64)
    arguments = parser.parse_args()
    sampler()  # refused before anything runs
    FOLDER.mkdir(parents=True, exist_ok=True)
    with running_postgres() as postgres, running_redis() as redis:
        sheets = uvloop.run(_on_fresh_database(postgres, redis, arguments))
    write_report("Where a turn's time goes", sheets, FOLDER / "profile.md")
    print(f"Flame graphs: {', '.join(str(_file(name, 'flamegraph')) for name in PROFILED)}")  # noqa: T201 - for people
    return 0


async def _on_fresh_database(
    postgres: EmbeddedPostgres, redis: EmbeddedRedis, arguments: argparse.Namespace
) -> list[Sheet]:
    async with fresh_database(postgres.url) as database_url:
        servers = Servers(postgres, redis, database_url)
        return await profile(servers, seconds=arguments.seconds, clients=arguments.clients)


if __name__ == "__main__":
    sys.exit(main())
