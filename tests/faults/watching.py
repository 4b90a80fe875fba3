"""Looks at the store while faults pass: what stands open, and how long ready turns stand unclaimed in calm times."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from sqlalchemy import text

from shared.store.database import Database
from shared.store.errors import StoreError

LOOK_SECONDS = 0.25
OPEN = text("SELECT id FROM turns WHERE status IN ('waiting', 'ready', 'running')")
READY = text("SELECT id, attempt FROM turns WHERE status = 'ready'")
UNSETTLED = text(
    "SELECT (SELECT count(*) FROM turns WHERE status IN ('waiting', 'ready', 'running'))"
    " + (SELECT count(*) FROM usage_events WHERE counted_revision < revision)"
    " + (SELECT count(*) FROM provider_keys WHERE state = 'suspect') AS left"
)


@dataclass(slots=True)
class Watch:
    """`is_calm` while everything is up; the age of a ready turn begins anew when calm does.

    It is counted in looks: between two of them at most twice their pause passes. A machine that gave this process no
    time gave the workers none either, and says nothing of the product.
    """

    database: Database
    is_calm: bool = False
    longest_unclaimed_seconds: float = 0.0
    _ages: dict[tuple[str, int], float] = field(default_factory=dict)
    _looked_at: float = 0.0

    async def look(self) -> None:
        """Look once; a store that is away is no calm."""
        try:
            rows = await self.database.call(READY) if self.is_calm else []
        except StoreError:
            rows = []
        now = time.monotonic()
        self._ages = aged(self._ages, {(str(row.id), row.attempt) for row in rows}, now - self._looked_at)
        self._looked_at = now
        self.longest_unclaimed_seconds = max(self.longest_unclaimed_seconds, *self._ages.values(), 0.0)

    async def open_turns(self) -> set[str]:
        return {str(row.id) for row in await self.database.call(OPEN)}

    async def is_settled(self) -> bool:
        """Tell whether every turn has ended, every event is counted and every suspect has its verdict."""
        try:
            return bool((await self.database.call(UNSETTLED))[0].left == 0)
        except StoreError:
            return False


def aged(
    before: Mapping[tuple[str, int], float], present: Collection[tuple[str, int]], seconds: float
) -> dict[tuple[str, int], float]:
    """Return for how long each present turn has been seen ready, `seconds` after the look before. Pure."""
    passed = min(seconds, 2 * LOOK_SECONDS)
    return {turn: before[turn] + passed if turn in before else 0.0 for turn in present}


@asynccontextmanager
async def watching(database: Database) -> AsyncIterator[Watch]:
    """Look again and again until the block ends."""
    watch = Watch(database)

    async def look_always() -> None:
        while True:
            await watch.look()
            await asyncio.sleep(LOOK_SECONDS)

    looking = asyncio.create_task(look_always())
    try:
        yield watch
    finally:
        looking.cancel()
        await asyncio.wait([looking])
