"""The ledger worker's process."""

from __future__ import annotations

import asyncio
import sys

import uvloop

from services.workers.ledger.actors import declare
from services.workers.ledger.counting import Counting
from shared.health import serving_health
from shared.logs import configure_logs
from shared.queue.broker import build_broker
from shared.queue.process import run_worker
from shared.queue.routes import COUNT_USAGE
from shared.settings import Settings, load_settings
from shared.signals import stop_on_signals
from shared.store.database import Database, DatabaseRole

CONNECTIONS = 2
CONCURRENCY = 200
REST_SECONDS = 0.1
"""Between two looks at the queue: what came meanwhile is counted in one transaction, and nobody waits for it."""


async def run(settings: Settings, stop: asyncio.Event | None = None) -> int:
    """Count until told to stop; return the exit code. With `stop` given, signals and health are the caller's."""
    database = Database.connect(
        settings.database_url or "", connections=CONNECTIONS, application_name="ledger", role=DatabaseRole.SERVICE
    )
    broker = build_broker(settings.redis_url or "")
    declare(broker, Counting(database))
    try:
        async with serving_health(settings.host, settings.background_port, database.is_ready, alone=stop is None):
            return await run_worker(
                broker,
                queues={COUNT_USAGE.queue},
                concurrency=CONCURRENCY,
                grace_seconds=settings.grace_seconds,
                stop=stop or stop_on_signals(),
                rest_seconds=REST_SECONDS,
            )
    finally:
        await database.close()


if __name__ == "__main__":
    own_settings = load_settings()
    configure_logs(own_settings.log_level)
    sys.exit(uvloop.run(run(own_settings)))
