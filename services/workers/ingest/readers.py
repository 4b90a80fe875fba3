"""The worker's reader processes: as many files are read at once as there are."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from services.workers.ingest.reader import Reader
from shared.domain.documents import ReadingLimits


class Readers:
    """Lends a reader to each file; the one that was used last goes first, so that none is started needlessly.

    The process of a reader that nobody borrowed for `idle_seconds` ends; its next file starts another.
    """

    def __init__(self, limits: ReadingLimits, *, count: int, idle_seconds: float) -> None:
        self._idle_seconds = idle_seconds
        self._resting: dict[Reader, asyncio.Task[None]] = {}
        self._readers = [Reader(limits) for _ in range(count)]
        self._free: asyncio.LifoQueue[Reader] = asyncio.LifoQueue()
        for reader in self._readers:
            self._free.put_nowait(reader)

    @asynccontextmanager
    async def borrow(self) -> AsyncIterator[Reader]:
        """Lend a reader, once one is free."""
        reader = await self._free.get()
        self._wake(reader)
        try:
            yield reader
        finally:
            self._resting[reader] = asyncio.create_task(self._rest(reader), name="rest-reader")
            self._free.put_nowait(reader)

    async def close(self) -> None:
        """End all of the processes."""
        for reader in self._readers:
            self._wake(reader)
        await asyncio.gather(*(reader.stop() for reader in self._readers))

    async def _rest(self, reader: Reader) -> None:
        await asyncio.sleep(self._idle_seconds)
        await reader.stop()

    def _wake(self, reader: Reader) -> None:
        """Let the reader rest no longer; a process whose end has begun is its own no more."""
        resting = self._resting.pop(reader, None)
        if resting is not None:
            resting.cancel()
