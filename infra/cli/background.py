"""Validator, ledger, sweeper, notices and ingest in one process, for installations that are small enough."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import services.validator.main
import services.workers.ingest.main
import services.workers.ledger.main
import services.workers.notices.main
import services.workers.sweeper.main
from shared.health import serving_health
from shared.settings import Settings
from shared.signals import stop_on_signals
from shared.store.database import Database, DatabaseRole

RUNS = {
    "validator": services.validator.main.run,
    "ledger": services.workers.ledger.main.run,
    "sweeper": services.workers.sweeper.main.run,
    "notices": services.workers.notices.main.run,
    "ingest": services.workers.ingest.main.run,
}


async def run(settings: Settings, stop: asyncio.Event | None = None) -> int:
    """Run them all until `stop` is set or one of them ends; return the exit code of the first that failed.

    One that ends takes the others with it: a process that sweeps but no longer validates must not look healthy.

    Raises what the first of them raised.
    """
    stop = stop or stop_on_signals()
    runs = [asyncio.create_task(each(settings, stop), name=name) for name, each in RUNS.items()]
    async with _health(settings, runs):
        first_ended, _ = await asyncio.wait(runs, return_when=asyncio.FIRST_COMPLETED)
        stop.set()
        await asyncio.wait(runs)
    return _first_failure([*first_ended, *runs])


@asynccontextmanager
async def _health(settings: Settings, runs: Sequence[asyncio.Task[int]]) -> AsyncIterator[None]:
    database = Database.connect(
        settings.database_url or "", connections=1, application_name="background", role=DatabaseRole.SERVICE
    )

    async def is_ready() -> bool:
        return not any(run.done() for run in runs) and await database.is_ready()

    try:
        async with serving_health(settings.host, settings.background_port, is_ready, alone=True):
            yield
    finally:
        await database.close()


def _first_failure(ended: Sequence[asyncio.Task[int]]) -> int:
    codes = [run.result() for run in ended]
    return next((code for code in codes if code), 0)
