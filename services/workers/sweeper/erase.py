"""The sweep's last step: texts that are to go."""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from uuid import UUID

import structlog

from shared.metrics import swept
from shared.store.database import Database
from shared.store.erasures.carry_out import erase_old, erase_some, ordered_erasures
from shared.store.erasures.rows import ErasedTurns
from shared.store.errors import StoreError, StoreUnavailableError

log = structlog.get_logger()

BATCH = 200
"""Turns a transaction: a workspace is locked for some milliseconds."""
BATCHES_A_SWEEP = 20
"""All orders and retention together: a lapsed lease is not looked at before the sweep has come to its end."""
ORDERS_A_SWEEP = BATCHES_A_SWEEP - 1
"""So many at most that each, and retention, has a batch."""

TurnIds = Sequence[UUID]
Step = Callable[[], Awaitable[ErasedTurns]]


@dataclass(frozen=True, slots=True)
class Eraser:
    """Erases in small batches; `forget` deletes the streams of turns, `ring` rings those that became ready."""

    database: Database
    forget: Callable[[TurnIds], Awaitable[None]]
    ring: Callable[[TurnIds], Awaitable[None]]

    async def erase(self) -> None:
        """Take retention and every order a batch further in turn, until none has anything left or the sweep is over."""
        orders = await ordered_erasures(self.database, limit=ORDERS_A_SWEEP)
        steps: deque[Step] = deque([partial(erase_old, self.database, limit=BATCH)])
        steps.extend(partial(erase_some, self.database, order, limit=BATCH) for order in orders)
        for _ in range(BATCHES_A_SWEEP):
            if not steps:
                return
            step = steps.popleft()
            if not await self._is_over(step):
                steps.append(step)

    async def _is_over(self, step: Step) -> bool:
        """Take one step; one that PostgreSQL refuses waits for the next sweep and holds up no other."""
        try:
            found = await step()
        except StoreUnavailableError:
            raise
        except StoreError as error:
            log.exception("erasure_failed", error=str(error))
            return True
        await self._tell(found)
        return found.is_over

    async def _tell(self, found: ErasedTurns) -> None:
        swept.labels("erased").inc(len(found.erased))
        await self.forget(found.erased)
        await self.ring(found.to_ring)
