"""The gateway's process."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvloop

from services.gateway.app import build_app
from services.gateway.context import GatewayContext
from shared.admission.admission import Admission
from shared.admission.backlog import watched_backlog
from shared.admission.holders import Holders
from shared.clock import utc_now
from shared.domain.catalogue import load_catalogue
from shared.health import serve, serving_health
from shared.ids import new_id
from shared.limits.message_rates import MessageRates
from shared.logs import configure_logs
from shared.queue.connection import connect_redis
from shared.queue.inbox import ReplyInbox
from shared.queue.ring import Ringer
from shared.replies.waiting import waiting_for_replies
from shared.serving.server import GOODBYE_SECONDS
from shared.settings import Settings, load_settings
from shared.signals import stop_on_signals
from shared.store.database import Database, DatabaseRole

ANSWERING_SECONDS = 2
"""What is left of the server's patience for those answers."""


async def run(settings: Settings, stop: asyncio.Event | None = None) -> int:
    """Serve the chat API until told to stop; with `stop` given, signals are the caller's."""
    stop = stop or stop_on_signals()
    health_port = settings.gateway_health_port
    async with (
        open_context(settings) as context,
        serving_health(settings.host, health_port or 0, context.database.is_ready, alone=health_port is not None),
    ):
        leaving = asyncio.create_task(_leave(context, stop))
        try:
            return await serve(
                build_app(context),
                host=settings.host,
                port=settings.gateway_port,
                stop=stop,
                limits=settings.request_limits,
                shares_port=health_port is not None,
            )
        finally:
            leaving.cancel()


async def _leave(context: GatewayContext, stop: asyncio.Event) -> None:
    """Answer whoever still waits for a whole reply before the server breaks off what it serves."""
    await stop.wait()
    await asyncio.sleep(GOODBYE_SECONDS - ANSWERING_SECONDS)
    context.waiting.leave()


@asynccontextmanager
async def open_context(settings: Settings) -> AsyncIterator[GatewayContext]:
    """Open everything that the handlers need, and close it after."""
    catalogue, connections = load_catalogue(settings.catalogue_file), settings.database_connections
    database = Database.connect(
        settings.database_url or "",
        connections=connections,
        application_name="gateway",
        role=DatabaseRole.SERVICE,
        patience_seconds=settings.database_patience_seconds,
    )
    redis = connect_redis(settings.redis_url or "")
    try:
        async with (
            waiting_for_replies(database, ReplyInbox(redis, str(new_id()))) as waiting,
            watched_backlog(database, limit=settings.waiting_limit_all) as backlog,
        ):
            yield GatewayContext(
                database=database,
                admission=Admission(database, Ringer(redis), MessageRates(redis), catalogue, settings, backlog),
                holders=Holders(database),
                waiting=waiting,
                catalogue=catalogue,
                settings=settings,
                clock=utc_now,
            )
    finally:
        await redis.aclose()
        await database.close()


if __name__ == "__main__":
    own_settings = load_settings()
    configure_logs(own_settings.log_level)
    sys.exit(uvloop.run(run(own_settings)))
