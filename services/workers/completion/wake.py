"""Wakes turns that wait for room when no call of their key ends that could do it: after a pause, as a limit grows."""

from __future__ import annotations

import asyncio
from collections import Counter
from uuid import UUID

import structlog

from shared.limits.key_limits import KeyLimits
from shared.queue.errors import QueueUnavailableError
from shared.queue.ring import Ringer
from shared.queue.routes import COMPLETE_TURN
from shared.store.database import Database
from shared.store.errors import StoreError
from shared.store.turns.wake import wake_for_room

WAKE_SECONDS = 0.1
_log = structlog.get_logger()


class Waker:
    """Looks ten times a second at what is known of the limits; asks PostgreSQL only where a turn may wait."""

    def __init__(self, database: Database, limits: KeyLimits, ringer: Ringer) -> None:
        self._database = database
        self._limits = limits
        self._ringer = ringer

    async def wake_always(self) -> None:
        """Wake for as long as the process runs; what fails here the sweeper finds."""
        while True:
            await asyncio.sleep(WAKE_SECONDS)
            self._limits.look()
            try:
                await self.wake()
            except (StoreError, QueueUnavailableError) as error:
                _log.warning("nobody_woken", error=str(error))

    async def wake(self) -> None:
        """Let as many turns go on as there is room for that nobody was woken for."""
        told = self._limits.take_unused_room()
        if not told:
            return
        by_key: Counter[UUID] = Counter()
        for limit_id, room in told.items():
            by_key[limit_id.key_id] += room
        try:
            woken = await wake_for_room(self._database, by_key)
        except StoreError:
            self._limits.take_back(told)
            raise
        self._limits.note_idle({one: room for one, room in told.items() if one.key_id in woken.idle_keys})
        if woken.promoted:
            await self._ringer.ring(COMPLETE_TURN, [(str(turn_id),) for turn_id in woken.promoted])
