"""Waits out an absence of PostgreSQL: what a worker holds in memory is not lost by a restart of the server."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog

from shared.store.errors import StoreUnavailableError

Result = TypeVar("Result")
FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 2.0
_log = structlog.get_logger()


class Patience:
    """Runs a statement again while PostgreSQL is away, until it works or the process gives up.

    Only for statements that are harmless to run twice: of one that failed, nothing is known.
    """

    def __init__(self) -> None:
        self._is_over = asyncio.Event()

    def give_up(self) -> None:
        """Let whatever waits for PostgreSQL fail now; called when the process must end."""
        self._is_over.set()

    async def run(self, step: str, statement: Callable[[], Awaitable[Result]]) -> Result:
        """Return the statement's result; raises StoreUnavailableError only after `give_up`."""
        pause_seconds = FIRST_PAUSE_SECONDS
        while True:
            try:
                return await statement()
            except StoreUnavailableError as error:
                _log.warning("store_unavailable", step=step, error=str(error), pause_seconds=pause_seconds)
                if await self._ends_within(pause_seconds):
                    raise
            pause_seconds = min(pause_seconds * 2, LONGEST_PAUSE_SECONDS)

    async def _ends_within(self, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                return await self._is_over.wait()
        except TimeoutError:
            return False
