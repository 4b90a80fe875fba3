"""The completion worker's process."""

from __future__ import annotations

import asyncio
import sys
from contextlib import AsyncExitStack
from uuid import UUID

import uvloop

from services.workers.completion.actors import declare, set_stock_broker
from services.workers.completion.building import open_flow
from services.workers.completion.turn_flow import TurnFlow
from shared.health import serving_health
from shared.logs import configure_logs
from shared.queue.broker import build_broker
from shared.queue.process import run_worker
from shared.queue.routes import COMPLETE_TURN
from shared.settings import Settings, load_settings
from shared.signals import stop_on_signals


async def run(settings: Settings, stop: asyncio.Event | None = None) -> int:
    """Run turns until told to stop; return the exit code. With `stop` given, signals and health are the caller's.

    Turns that outlast the grace period go back: their leases are released and they are rung again.
    """
    broker = build_broker(settings.redis_url or "")
    async with (
        open_flow(settings) as flow,
        serving_health(settings.host, settings.worker_port, flow.leases.is_ready, alone=stop is None),
    ):
        declare(broker, flow.complete)
        return await run_worker(
            broker,
            queues={COMPLETE_TURN.queue},
            concurrency=settings.concurrency,
            grace_seconds=settings.grace_seconds,
            stop=stop or stop_on_signals(),
        )


def setup() -> None:
    """Prepare dramatiq's own command (`dramatiq services.workers.completion.main:setup`) to run this worker."""
    settings = load_settings()
    configure_logs(settings.log_level)
    broker = build_broker(settings.redis_url or "")
    set_stock_broker(broker)
    declare(broker, LazyFlow(settings).complete)


class LazyFlow:
    """Opens the flow at the first turn, in the event loop that dramatiq's command runs the actor in."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._stack = AsyncExitStack()
        self._opening: asyncio.Task[TurnFlow] | None = None

    async def complete(self, turn_id: UUID) -> None:
        """Run one attempt of the turn."""
        if self._opening is None:
            self._opening = asyncio.create_task(self._stack.enter_async_context(open_flow(self._settings)))
        flow = await asyncio.shield(self._opening)
        await flow.complete(turn_id)


if __name__ == "__main__":
    own_settings = load_settings()
    configure_logs(own_settings.log_level)
    sys.exit(uvloop.run(run(own_settings)))
