"""Gathers what many callers add in one turn of the event loop into one send."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

Item = TypeVar("Item")


class TickBatch(Generic[Item]):
    """Hands everything added since the last send to `send`, at once and without a fixed delay.

    At most `max_in_flight` sends run; what comes meanwhile forms the next batch, at most `max_size` items long.
    With one in flight the order of adding is the order of sending. `send` must not raise.
    """

    def __init__(
        self,
        send: Callable[[list[Item]], Awaitable[None]],
        *,
        max_in_flight: int,
        max_size: int = 1_000,
    ) -> None:
        self._send = send
        self._max_in_flight = max_in_flight
        self._max_size = max_size
        self._pending: list[Item] = []
        self._sends: set[asyncio.Task[None]] = set()
        self._is_scheduled = False

    def __len__(self) -> int:
        """Return how many items wait for their send."""
        return len(self._pending)

    def add(self, item: Item) -> None:
        """Take `item` into the next batch."""
        self._pending.append(item)
        self._schedule()

    async def drain(self) -> None:
        """Wait until all that was added is sent."""
        while self._pending or self._sends:
            await asyncio.wait(self._sends) if self._sends else await asyncio.sleep(0)

    def _schedule(self) -> None:
        if self._pending and not self._is_scheduled and len(self._sends) < self._max_in_flight:
            self._is_scheduled = True
            asyncio.get_running_loop().call_soon(self._flush)

    def _flush(self) -> None:
        self._is_scheduled = False
        batch, self._pending = self._pending[: self._max_size], self._pending[self._max_size :]
        task = asyncio.ensure_future(self._send(batch))
        self._sends.add(task)
        task.add_done_callback(self._sent)
        self._schedule()

    def _sent(self, task: asyncio.Task[None]) -> None:
        self._sends.discard(task)
        self._schedule()
