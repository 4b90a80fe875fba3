"""Connections that are kept for the statements of every turn, and the driver's own way to run them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from asyncpg import InterfaceError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.store.driver_errors import is_refusal


@dataclass(frozen=True, slots=True)
class _Kept:
    """A connection out of the engine's pool, and what the driver knows it by."""

    connection: AsyncConnection
    driver: Any


class KeptConnections:
    """Runs statements on a few connections of an engine's pool that are never given back.

    What SQLAlchemy does between a call and the driver costs more than the driver (docs/decisions/0019). The warmest
    connection comes first; one that broke is replaced at the next call.
    """

    def __init__(self, engine: AsyncEngine, count: int, *, wait_seconds: float) -> None:
        self._engine = engine
        self._places = asyncio.Semaphore(count)
        self._wait_seconds = wait_seconds
        self._free: list[_Kept] = []
        self._discards: set[asyncio.Task[None]] = set()
        self._is_closed = False

    async def fetch(self, statement: str, values: Sequence[Any]) -> list[Any]:
        """Run one statement as its own transaction; raise what the driver raises.

        Raises TimeoutError where no connection becomes free in time, ConnectionError where this one was lost. A
        connection whose statement was neither answered nor refused is thrown away: its state is unknown, even where
        the driver does not call it closed yet.
        """
        async with self._place():
            kept = await self._take()
            try:
                rows: list[Any] = await kept.driver.fetch(statement, *values)
            except BaseException as error:
                was_lost = isinstance(error, InterfaceError) and kept.driver.is_closed()
                self._leave(kept, is_sound=is_refusal(error))
                if was_lost:
                    raise ConnectionError(str(error)) from error
                raise
            self._leave(kept, is_sound=True)
            return rows

    async def close(self) -> None:
        """Give all connections back to the pool; what still runs gives back its own when it ends."""
        self._is_closed = True
        for kept in self._free:
            await kept.connection.close()
        self._free.clear()
        while self._discards:
            await asyncio.wait(self._discards)

    @asynccontextmanager
    async def _place(self) -> AsyncIterator[None]:
        async with asyncio.timeout(self._wait_seconds):
            await self._places.acquire()
        try:
            yield
        finally:
            self._places.release()

    async def _take(self) -> _Kept:
        while self._free:
            kept = self._free.pop()
            if not kept.driver.is_closed():
                return kept
            self._discard(kept)
        while True:  # a server that was restarted leaves as many closed ones in the pool as it had
            connection = await self._engine.connect()
            kept = _Kept(connection, (await connection.get_raw_connection()).driver_connection)
            if not kept.driver.is_closed():
                return kept
            await _give_back_broken(connection)

    def _leave(self, kept: _Kept, *, is_sound: bool) -> None:
        if is_sound and not self._is_closed:
            self._free.append(kept)
        else:
            self._discard(kept)

    def _discard(self, kept: _Kept) -> None:
        kept.driver.terminate()
        task = asyncio.ensure_future(_give_back_broken(kept.connection))
        self._discards.add(task)
        task.add_done_callback(self._discards.discard)


async def _give_back_broken(connection: AsyncConnection) -> None:
    await connection.invalidate()
    await connection.close()
