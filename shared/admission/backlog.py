"""Whether one more turn may wait in this installation; what is not known keeps nobody out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import structlog

from shared.clock import monotonic_seconds
from shared.metrics import backlog_unknown, backlog_waiting
from shared.store.database import Database
from shared.store.errors import StoreError
from shared.store.turns.backlog import MeasuredBacklog, read_backlog

log = structlog.get_logger()

READ_SECONDS: Final = 2.0
BELIEVED_SECONDS: Final = 10.0
"""So long a figure decides; an older one comes from a sweeper that is down, and the door stays open."""


class Backlog:
    """The turns that wait in all workspaces together, as read last."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._waiting = 0
        self._believed_until = 0.0

    @property
    def is_full(self) -> bool:
        """Tell whether as many turns wait as may; no, when that is not known."""
        return self._waiting >= self._limit and monotonic_seconds() < self._believed_until

    def take_note(self, measured: MeasuredBacklog, now: float) -> None:
        """Believe this figure until it is too old."""
        self._waiting = measured.waiting
        self._believed_until = now + BELIEVED_SECONDS - measured.age_seconds

    def tell(self, now: float) -> None:
        """Say in the metrics what is known."""
        backlog_waiting.set(self._waiting)
        backlog_unknown.set(now >= self._believed_until)


@asynccontextmanager
async def watched_backlog(database: Database, *, limit: int) -> AsyncIterator[Backlog]:
    """Read the figure every other second until the block ends."""
    backlog = Backlog(limit)
    watching = asyncio.create_task(_watch(backlog, database))
    try:
        yield backlog
    finally:
        watching.cancel()
        await asyncio.wait([watching])


async def _watch(backlog: Backlog, database: Database) -> None:
    while True:
        try:
            backlog.take_note(await read_backlog(database), monotonic_seconds())
        except StoreError as error:
            log.warning("backlog_not_read", error=str(error))
        backlog.tell(monotonic_seconds())
        await asyncio.sleep(READ_SECONDS)
