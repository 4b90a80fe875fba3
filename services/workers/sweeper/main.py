"""The sweeper's process."""

from __future__ import annotations

import asyncio
import sys
from functools import partial

import uvloop

from services.workers.sweeper.embedding import embedding
from services.workers.sweeper.erase import Eraser
from services.workers.sweeper.loop import sweep_until
from services.workers.sweeper.sweep import Sweep
from shared.clock import utc_now
from shared.health import serving_health
from shared.logs import configure_logs
from shared.queue.connection import connect_redis
from shared.queue.reply_streams import forget_streams
from shared.queue.ring import Ringer
from shared.settings import Settings, load_settings
from shared.signals import stop_on_signals
from shared.store.database import Database, DatabaseRole

CONNECTIONS = 1


async def run(settings: Settings, stop: asyncio.Event | None = None) -> int:
    """Sweep until told to stop; return the exit code. With `stop` given, signals and health are the caller's."""
    database = Database.connect(
        settings.database_url or "", connections=CONNECTIONS, application_name="sweeper", role=DatabaseRole.SERVICE
    )
    redis = connect_redis(settings.redis_url or "", connections=2)
    try:
        async with serving_health(settings.host, settings.background_port, database.is_ready, alone=stop is None):
            async with embedding(settings):
                sweep = Sweep(database, Ringer(redis), settings, utc_now)
                eraser = Eraser(database, partial(forget_streams, redis), sweep.ring_turns)
                await sweep_until(stop or stop_on_signals(), sweep, eraser, settings)
            return 0
    finally:
        await redis.aclose()
        await database.close()


if __name__ == "__main__":
    own_settings = load_settings()
    configure_logs(own_settings.log_level)
    sys.exit(uvloop.run(run(own_settings)))
