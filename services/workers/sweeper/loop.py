"""The sweeper's life: sweep, wait, sweep; patient after PostgreSQL was away."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

import structlog

from services.workers.sweeper.erase import Eraser
from services.workers.sweeper.sweep import Sweep
from shared.clock import monotonic_seconds
from shared.metrics import sweep_seconds
from shared.settings import Settings
from shared.store.errors import StoreError, StoreUnavailableError

log = structlog.get_logger()


@dataclass(slots=True)
class Patience:
    """No lapsed lease is ended in the first seconds after (re)connecting: a restart of PostgreSQL kills nobody."""

    seconds: float
    since: float | None = None

    def is_over(self, now: float) -> bool:
        """Tell whether the connection has stood long enough; the first question starts the clock."""
        if self.since is None:
            self.since = now
        return now - self.since >= self.seconds

    def begin_anew(self) -> None:
        """Forget the connection: it was lost."""
        self.since = None


async def sweep_until(stop: asyncio.Event, sweep: Sweep, eraser: Eraser, settings: Settings) -> None:
    """Sweep every `sweep_seconds` until told to stop."""
    patience = Patience(settings.sweeper_patience_seconds)
    while not stop.is_set():
        try:
            await sweep.run(may_end_leases=patience.is_over(monotonic_seconds()))
            await eraser.erase()
            sweep_seconds.set(time.time())
        except StoreUnavailableError:
            patience.begin_anew()
            log.warning("sweep_without_postgresql")
        except StoreError as error:
            log.exception("sweep_failed", error=str(error))
        await _wait(stop, settings.sweep_seconds)


async def _wait(stop: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return
