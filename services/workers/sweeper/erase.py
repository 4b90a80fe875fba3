"""The sweep's last step: texts that are to go."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from shared.metrics import swept
from shared.store.database import Database
from shared.store.erasures.carry_out import erase_old, erase_some, ordered_erasures
from shared.store.erasures.rows import ErasedTurns, Erasure

BATCH = 200
"""Turns a transaction: a workspace is locked for some milliseconds."""
BATCHES_A_SWEEP = 20
"""A sweep must come to its end: whatever else was lost waits for the next one."""
ORDERS_A_SWEEP = 20

TurnIds = Sequence[UUID]


@dataclass(frozen=True, slots=True)
class Eraser:
    """Erases in small batches; `forget` deletes the streams of turns, `ring` rings those that became ready."""

    database: Database
    forget: Callable[[TurnIds], Awaitable[None]]
    ring: Callable[[TurnIds], Awaitable[None]]

    async def erase(self) -> None:
        """Take every order some batches further, then what is older than its workspace keeps."""
        for erasure in await ordered_erasures(self.database, limit=ORDERS_A_SWEEP):
            await self._carry_out(erasure)
        for _ in range(BATCHES_A_SWEEP):
            found = await erase_old(self.database, limit=BATCH)
            await self._tell(found)
            if len(found.erased) < BATCH:
                return

    async def _carry_out(self, erasure: Erasure) -> None:
        for _ in range(BATCHES_A_SWEEP):
            found = await erase_some(self.database, erasure, limit=BATCH)
            await self._tell(found)
            if found.is_over:
                return

    async def _tell(self, found: ErasedTurns) -> None:
        swept.labels("erased").inc(len(found.erased))
        await self.forget(found.erased)
        await self.ring(found.to_ring)
