"""Connections that are kept for the statements of every turn, and the driver's own way to run them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

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

    def __init__(self, engine: AsyncEngine, count: int) -> None:
        self._engine = engine
        self._places = asyncio.Semaphore(count)
        self._free: list[_Kept] = []
        self._discards: set[asyncio.Task[None]] = set()

    async def fetch(self, statement: str, values: Sequence[Any]) -> list[Any]:
        """Run one statement as its own transaction; raise what the driver raises.

        A connection whose statement was not answered or refused is thrown away: its state is unknown, even where the
        driver does not call it closed yet.
        """
        async with self._places:
            kept = await self._take()
            try:
                rows: list[Any] = await kept.driver.fetch(statement, *values)
            except BaseException as error:
                if is_refusal(error):
                    self._free.append(kept)
                else:
                    self._discard(kept)
                raise
            self._free.append(kept)
            return rows

    async def close(self) -> None:
        """Give all connections back to the pool."""
        for kept in self._free:
            await kept.connection.close()
        self._free.clear()
        while self._discards:
            await asyncio.wait(self._discards)

    async def _take(self) -> _Kept:
        while self._free:
            kept = self._free.pop()
            if not kept.driver.is_closed():
                return kept
            self._discard(kept)
        connection = await self._engine.connect()
        return _Kept(connection, (await connection.get_raw_connection()).driver_connection)

    def _discard(self, kept: _Kept) -> None:
        kept.driver.terminate()
        task = asyncio.ensure_future(_give_back_broken(kept.connection))
        self._discards.add(task)
        task.add_done_callback(self._discards.discard)


async def _give_back_broken(connection: AsyncConnection) -> None:
    await connection.invalidate()
    await connection.close()
