"""Writes in groups: many callers, one flush of whatever arrived in the same instant (DESIGN 2.3)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from shared.store.errors import StoreError, StoreUnavailableError

Item = TypeVar("Item")
Result = TypeVar("Result")


class Batcher(Generic[Item, Result]):
    """Collects what callers submit while earlier flushes run, and flushes it together.

    There is no delay to wait for company: an idle batcher flushes a lone item at the end of
    the event loop's turn. A batch that PostgreSQL refuses is run again row by row, so that
    one bad row fails alone. `flush` returns one result an item, in order.
    """

    def __init__(
        self,
        flush: Callable[[Sequence[Item]], Awaitable[Sequence[Result]]],
        *,
        max_size: int,
        max_in_flight: int = 1,
    ) -> None:
        self._flush = flush
        self._max_size = max_size
        self._free = max_in_flight
        self._pending: list[tuple[Item, asyncio.Future[Result]]] = []
        self._running: set[asyncio.Task[None]] = set()
        self._is_scheduled = False

    async def submit(self, item: Item) -> Result:
        """Hand one item over and wait for its own result, or its own error."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Result] = loop.create_future()
        self._pending.append((item, future))
        self._schedule(loop)
        return await future

    async def close(self) -> None:
        """Wait until everything that was submitted has been flushed."""
        while self._pending or self._running:
            await asyncio.sleep(0)
            if self._running:
                await asyncio.wait(self._running)

    def _schedule(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._free and not self._is_scheduled:
            self._is_scheduled = True
            loop.call_soon(self._start_flush, loop)

    def _start_flush(self, loop: asyncio.AbstractEventLoop) -> None:
        self._is_scheduled = False
        if not self._pending or not self._free:
            return
        batch, self._pending = self._pending[: self._max_size], self._pending[self._max_size :]
        self._free -= 1
        task = loop.create_task(self._run(batch))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        self._schedule(loop)

    async def _run(self, batch: list[tuple[Item, asyncio.Future[Result]]]) -> None:
        try:
            await self._settle(batch)
        finally:
            self._free += 1
            self._schedule(asyncio.get_running_loop())

    async def _settle(self, batch: list[tuple[Item, asyncio.Future[Result]]]) -> None:
        try:
            results = await self._flush([item for item, _ in batch])
        except StoreError as error:
            if len(batch) == 1 or isinstance(error, StoreUnavailableError):
                _fail(batch, error)
                return
            for one in batch:
                await self._settle([one])
            return
        except Exception as error:  # noqa: BLE001 - a flush's fault belongs to its callers, not to this task
            _fail(batch, error)
            return
        for (_, future), result in zip(batch, results, strict=True):
            if not future.done():
                future.set_result(result)


def _fail(batch: list[tuple[Item, asyncio.Future[Result]]], error: Exception) -> None:
    for _, future in batch:
        if not future.done():
            future.set_exception(error)
