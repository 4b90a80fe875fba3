"""What a turn costs as the tables grow, how fast the ledger counts, and what more workers do: `python -m tests.scale`."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import uvloop
from sqlalchemy.ext.asyncio import create_async_engine

from infra.embedded.postgres import EmbeddedPostgres
from infra.embedded.redis import EmbeddedRedis
from shared.store.url import sqlalchemy_url
from tests.measuring.bot import MeasuredBot, make_bot
from tests.measuring.stack import Servers
from tests.profile.server_profile import time_functions
from tests.scale.cost import Cost, cost_of_turns
from tests.scale.growths import GROWTHS, Growth, grow, prepare
from tests.scale.ledger import LedgerSpeed, measure_ledger
from tests.scale.report import Measured, sheets_of, write
from tests.scale.sweeps import buffers_of_a_sweep
from tests.servers import fresh_database, running_postgres, running_redis

FOLDER = Path("build/bench")
WORKERS = (1, 2, 4)
QUICK_WORKERS = (1, 2)
TURNS, QUICK_TURNS = 3_000, 700
EVENTS, QUICK_EVENTS = 300_000, 60_000


class ScaleRun:
    """All measurements on one PostgreSQL and one Redis, each in a database of its own."""

    def __init__(self, postgres: EmbeddedPostgres, redis: EmbeddedRedis, *, quick: bool) -> None:
        self._postgres = postgres
        self._redis = redis
        self._quick = quick
        self._turns = QUICK_TURNS if quick else TURNS

    async def growths(self, names: list[str]) -> list[Measured]:
        """Measure every growth, or those named, at each of its sizes."""
        await time_functions(self._postgres.url)
        return [one for growth in GROWTHS if not names or growth.name in names for one in await self._growth(growth)]

    async def workers(self) -> list[tuple[int, Cost]]:
        """Measure a turn with more and more worker processes."""
        async with self._product() as (bot, servers):
            counts = QUICK_WORKERS if self._quick else WORKERS
            return [(count, await cost_of_turns(bot, servers, turns=self._turns, workers=count)) for count in counts]

    async def ledger(self) -> list[LedgerSpeed]:
        """Measure one ledger process."""
        async with self._product() as (bot, servers):
            return [await measure_ledger(bot, servers, QUICK_EVENTS if self._quick else EVENTS)]

    async def _growth(self, growth: Growth) -> list[Measured]:
        measured, before = [], 0
        async with self._product() as (bot, servers):
            engine = create_async_engine(sqlalchemy_url(servers.database_url), isolation_level="AUTOCOMMIT")
            async with engine.connect() as connection:
                await prepare(connection, growth)
            for size in growth.quick if self._quick else growth.sizes:
                began = time.monotonic()
                async with engine.connect() as connection:
                    await grow(connection, growth, before, size)
                await engine.dispose()
                grown = time.monotonic()
                cost = await cost_of_turns(bot, servers, turns=self._turns)
                sweep = await buffers_of_a_sweep(servers.database_url)
                measured.append(Measured(growth.name, size, cost, sweep))
                before = size
                _say(
                    f"{size:>10,} {growth.name}: grown in {grown - began:.0f} s, measured in {time.monotonic() - grown:.0f} s"
                )
        return measured

    @asynccontextmanager
    async def _product(self) -> AsyncIterator[tuple[MeasuredBot, Servers]]:
        async with fresh_database(self._postgres.url) as database_url:
            servers = Servers(self._postgres, self._redis, database_url)
            yield await make_bot(database_url, self._redis.url), servers


async def measure(run: ScaleRun, names: list[str]) -> None:
    """Take all measurements and write the report."""
    measured = await run.growths(names)
    workers = await run.workers() if not names or "workers" in names else []
    ledger = await run.ledger() if not names or "ledger" in names else []
    write(sheets_of(measured, workers, ledger), measured, FOLDER)


def main() -> int:
    """Measure, print and write the report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer and smaller sizes, for a first look")
    parser.add_argument(
        "--only", nargs="*", default=[], choices=[*(growth.name for growth in GROWTHS), "workers", "ledger"]
    )
    arguments = parser.parse_args()
    with running_postgres() as postgres, running_redis() as redis:
        uvloop.run(measure(ScaleRun(postgres, redis, quick=arguments.quick), arguments.only))
    return 0


def _say(sentence: str) -> None:
    print(sentence, flush=True)  # noqa: T201 - a long run says where it is


if __name__ == "__main__":
    sys.exit(main())
