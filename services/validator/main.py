"""The validator's process."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvloop

from services.validator.actors import declare
from services.validator.boot_audit import audit_sealed
from shared.clock import utc_now
from shared.health import serving_health
from shared.keys.context import KeyContext
from shared.limits.memory import LimitMemory
from shared.logs import configure_logs
from shared.providers.registry import open_providers
from shared.queue.broker import build_broker
from shared.queue.connection import connect_redis
from shared.queue.process import run_worker
from shared.queue.ring import Ringer
from shared.queue.routes import VALIDATE_KEY
from shared.settings import Settings, load_settings
from shared.signals import stop_on_signals
from shared.store.database import Database, DatabaseRole

CONNECTIONS = 2
CONCURRENCY = 100


async def run(settings: Settings, stop: asyncio.Event | None = None) -> int:
    """Validate until told to stop; return the exit code. With `stop` given, signals and health are the caller's."""
    broker = build_broker(settings.redis_url or "")
    async with (
        open_context(settings) as context,
        serving_health(settings.host, settings.background_port, context.database.is_ready, alone=stop is None),
    ):
        declare(broker, context)
        audit = asyncio.create_task(audit_sealed(context), name="audit-sealed")
        try:
            return await run_worker(
                broker,
                queues={VALIDATE_KEY.queue},
                concurrency=CONCURRENCY,
                grace_seconds=settings.grace_seconds,
                stop=stop or stop_on_signals(),
            )
        finally:
            audit.cancel()


@asynccontextmanager
async def open_context(settings: Settings) -> AsyncIterator[KeyContext]:
    """Open everything that a key's life needs, and close it after."""
    database = Database.connect(
        settings.database_url or "", connections=CONNECTIONS, application_name="validator", role=DatabaseRole.SERVICE
    )
    redis = connect_redis(settings.redis_url or "", connections=CONNECTIONS)
    try:
        async with open_providers(settings, concurrency=CONCURRENCY) as providers:
            yield KeyContext.of(
                settings,
                database=database,
                providers=providers,
                ringer=Ringer(redis),
                limit_memory=LimitMemory(redis),
                clock=utc_now,
            )
    finally:
        await redis.aclose()
        await database.close()


if __name__ == "__main__":
    own_settings = load_settings()
    configure_logs(own_settings.log_level)
    sys.exit(uvloop.run(run(own_settings)))
