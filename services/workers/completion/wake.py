"""Wakes turns that wait for room when no call of their key ends that could do it: after a pause, as a limit grows."""

from __future__ import annotations

import asyncio

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
            try:
                await self.wake()
            except (StoreError, QueueUnavailableError) as error:
                _log.warning("nobody_woken", error=str(error))

    async def wake(self) -> None:
        """Let as many turns go on as there is room for that nobody was woken for."""
        room = self._limits.take_unused_room()
        if not room:
            return
        woken = await wake_for_room(self._database, room)
        self._limits.note_idle(woken.idle_keys)
        if woken.promoted:
            await self._ringer.ring(COMPLETE_TURN, [(str(turn_id),) for turn_id in woken.promoted])
