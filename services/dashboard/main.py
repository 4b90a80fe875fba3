"""The dashboard's process."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvloop

from services.dashboard.app import build_app
from services.dashboard.context import AdminContext
from shared.admission.admission import Admission
from shared.admission.backlog import watched_backlog
from shared.clock import utc_now
from shared.health import serve
from shared.ids import new_id
from shared.keys.context import KeyContext
from shared.limits.memory import LimitMemory
from shared.limits.message_rates import MessageRates
from shared.logs import configure_logs
from shared.providers.registry import open_providers
from shared.queue.connection import connect_redis
from shared.queue.inbox import ReplyInbox
from shared.queue.lengths import QueueReader
from shared.queue.ring import Ringer
from shared.replies.waiting import waiting_for_replies
from shared.settings import Settings, load_settings
from shared.signals import stop_on_signals
from shared.store.database import Database, DatabaseRole

CONNECTIONS = 4
LANES = 3
"""Connections to Redis that are never given back: those of two lanes and of the inbox."""
PROBES_AT_ONCE = 32


async def run(settings: Settings, stop: asyncio.Event | None = None) -> int:
    """Serve the admin API until told to stop; with `stop` given, signals are the caller's."""
    async with open_context(settings) as context:
        return await serve(
            build_app(context),
            host=settings.host,
            port=settings.dashboard_port,
            stop=stop or stop_on_signals(),
            limits=settings.request_limits,
            trusted_proxies=settings.trusted_proxies,
        )


@asynccontextmanager
async def open_context(settings: Settings) -> AsyncIterator[AdminContext]:
    """Open everything that the handlers need, and close it after."""
    database = Database.connect(
        settings.database_url or "",
        connections=CONNECTIONS,
        application_name="dashboard",
        role=DatabaseRole.SERVICE,
        patience_seconds=settings.database_patience_seconds,
    )
    redis = connect_redis(settings.redis_url or "", connections=CONNECTIONS + LANES)
    ringer = Ringer(redis)
    try:
        async with (
            open_providers(settings, concurrency=PROBES_AT_ONCE) as providers,
            waiting_for_replies(database, ReplyInbox(redis, str(new_id()))) as waiting,
            watched_backlog(database, limit=settings.waiting_limit_all) as backlog,
        ):
            keys = KeyContext.of(
                settings,
                database=database,
                providers=providers,
                ringer=ringer,
                limit_memory=LimitMemory(redis),
                clock=utc_now,
            )
            admission = Admission(database, ringer, MessageRates(redis), keys.catalogue, settings, backlog)
            yield AdminContext(
                database, keys, ringer, QueueReader(redis), keys.catalogue, settings, utc_now, admission, waiting
            )
    finally:
        await redis.aclose()
        await database.close()


if __name__ == "__main__":
    own_settings = load_settings()
    configure_logs(own_settings.log_level)
    sys.exit(uvloop.run(run(own_settings)))
