"""The worker's reader processes: as many files are read at once as there are."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from services.workers.ingest.reader import Reader
from shared.domain.documents import ReadingLimits


class Readers:
    """Lends a reader to each file; the one that was used last goes first, so that none is started needlessly."""

    def __init__(self, limits: ReadingLimits, *, count: int) -> None:
        self._readers = [Reader(limits) for _ in range(count)]
        self._free: asyncio.LifoQueue[Reader] = asyncio.LifoQueue()
        for reader in self._readers:
            self._free.put_nowait(reader)

    @asynccontextmanager
    async def borrow(self) -> AsyncIterator[Reader]:
        """Lend a reader, once one is free."""
        reader = await self._free.get()
        try:
            yield reader
        finally:
            self._free.put_nowait(reader)

    async def close(self) -> None:
        """End all of the processes."""
        await asyncio.gather(*(reader.stop() for reader in self._readers))
