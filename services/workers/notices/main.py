"""The notices worker's process."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvloop

from services.workers.notices.actors import declare
from services.workers.notices.delivering import Delivering
from services.workers.notices.mail import EmailSender
from services.workers.notices.webhook import WebhookSender
from shared.clock import utc_now
from shared.domain.redelivery_rule import RedeliveryPolicy
from shared.health import serving_health
from shared.logs import configure_logs
from shared.queue.broker import build_broker
from shared.queue.process import run_worker
from shared.queue.routes import DELIVER_NOTICE
from shared.settings import Settings, load_settings
from shared.signals import stop_on_signals
from shared.store.database import Database, DatabaseRole
from shared.vault.master_keys import parse_master_keys
from shared.vault.vault import Vault

CONNECTIONS = 2
CONCURRENCY = 100
LEASE_MARGIN_SECONDS = 5
"""What an attempt may need beyond its timeout to write down how it ended."""


async def run(settings: Settings, stop: asyncio.Event | None = None) -> int:
    """Deliver until told to stop; return the exit code. With `stop` given, signals and health are the caller's."""
    broker = build_broker(settings.redis_url or "")
    async with (
        open_delivering(settings) as delivering,
        serving_health(settings.host, settings.background_port, delivering.database.is_ready, alone=stop is None),
    ):
        declare(broker, delivering)
        return await run_worker(
            broker,
            queues={DELIVER_NOTICE.queue},
            concurrency=CONCURRENCY,
            grace_seconds=settings.grace_seconds,
            stop=stop or stop_on_signals(),
        )


@asynccontextmanager
async def open_delivering(settings: Settings) -> AsyncIterator[Delivering]:
    """Open everything that a delivery needs, and close it after."""
    vault = Vault(parse_master_keys(settings.master_keys))
    database = Database.connect(
        settings.database_url or "", connections=CONNECTIONS, application_name="notices", role=DatabaseRole.SERVICE
    )
    try:
        async with WebhookSender.open(
            concurrency=CONCURRENCY,
            timeout_seconds=settings.notice_timeout_seconds,
            allow_private=settings.webhook_allow_private,
        ) as webhooks:
            yield Delivering(
                database=database,
                vault=vault,
                webhooks=webhooks,
                emails=EmailSender(settings),
                policy=RedeliveryPolicy(
                    first_delay_seconds=settings.notice_first_retry_seconds,
                    longest_delay_seconds=settings.notice_longest_retry_seconds,
                    give_up_seconds=settings.notice_give_up_seconds,
                ),
                lease_seconds=settings.notice_timeout_seconds + LEASE_MARGIN_SECONDS,
                clock=utc_now,
            )
    finally:
        await database.close()


if __name__ == "__main__":
    own_settings = load_settings()
    configure_logs(own_settings.log_level)
    sys.exit(uvloop.run(run(own_settings)))
