"""The ingest worker's process."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvloop

from services.workers.ingest.actors import declare
from services.workers.ingest.ingesting import Ingesting
from services.workers.ingest.readers import Readers
from shared.health import serving_health
from shared.knowledge.reading_limits import reading_limits_of
from shared.logs import configure_logs
from shared.queue.broker import build_broker
from shared.queue.process import run_worker
from shared.queue.routes import READ_DOCUMENT
from shared.settings import Settings, load_settings
from shared.signals import stop_on_signals
from shared.store.database import Database, DatabaseRole

SPARE_CONNECTIONS = 1


async def run(settings: Settings, stop: asyncio.Event | None = None) -> int:
    """Read files until told to stop; return the exit code. With `stop` given, signals and health are the caller's.

    Files that outlast the grace period go back, and are rung again.
    """
    broker = build_broker(settings.redis_url or "")
    async with (
        open_ingesting(settings) as ingesting,
        serving_health(settings.host, settings.background_port, ingesting.database.is_ready, alone=stop is None),
    ):
        declare(broker, ingesting)
        return await run_worker(
            broker,
            queues={READ_DOCUMENT.queue},
            concurrency=settings.document_readers,
            grace_seconds=settings.grace_seconds,
            stop=stop or stop_on_signals(),
        )


@asynccontextmanager
async def open_ingesting(settings: Settings) -> AsyncIterator[Ingesting]:
    """Open everything that reading needs, and close it after; a reader process starts with its first file."""
    limits = reading_limits_of(settings)
    connections = settings.document_readers + SPARE_CONNECTIONS
    database = Database.connect(
        settings.database_url or "", connections=connections, application_name="ingest", role=DatabaseRole.SERVICE
    )
    readers = Readers(limits, count=settings.document_readers, idle_seconds=settings.document_reader_idle_seconds)
    try:
        yield Ingesting(database, readers, limits, settings.lease_seconds)
    finally:
        await readers.close()
        await database.close()


if __name__ == "__main__":
    own_settings = load_settings()
    configure_logs(own_settings.log_level)
    sys.exit(uvloop.run(run(own_settings)))
