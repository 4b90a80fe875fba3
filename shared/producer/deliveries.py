"""Replies in this process's hands: handed out by PostgreSQL, kept by a lease, gone once they are acknowledged."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from typing import Final
from uuid import UUID

import structlog

from shared.producer.heard import Acknowledgements
from shared.producer.reply import Reply, reply_of
from shared.store.database import Database
from shared.store.errors import StoreError, StoreUnavailableError
from shared.store.producers.hand_out import hand_out
from shared.store.producers.hold import give_back, keep_handed
from shared.store.producers.rows import InboxReader

HANDED_AT_ONCE: Final = 100
"""So many replies at most wait in this process; the rest are free for another process of the same name."""
LOOK_SECONDS: Final = 1.0
"""How often to look without a bell: what a lost Redis or another process's end costs."""
_log = structlog.get_logger()


class Deliveries:
    """Hands out each end once to whoever asks here, and again when nobody acknowledged it within its lease.

    Redis only rings: which replies are free, in whose hands and heard stands in the turns' rows.
    """

    def __init__(self, database: Database, reader: InboxReader, *, renew_seconds: float) -> None:
        self._database = database
        self._reader = reader
        self._renew_seconds = renew_seconds
        self._bell = asyncio.Event()
        self._waiting: deque[Reply] = deque()
        self._held: dict[UUID, Reply] = {}
        self._acknowledgements = Acknowledgements(database, self._let_go)
        self._renewing: asyncio.Task[None] | None = None
        self._looking: asyncio.Task[bool] | None = None

    def start(self) -> None:
        """Begin to renew the leases of what is held."""
        self._renewing = asyncio.create_task(self._renew_always())

    async def close(self) -> None:
        """Write what was acknowledged, and let another process have the rest at once."""
        if self._renewing is not None:
            self._renewing.cancel()
            await asyncio.wait([self._renewing])
        if self._looking is not None:
            await asyncio.wait([self._looking])
        await self._acknowledgements.close()
        if self._held:
            try:
                await give_back(self._database, self._reader, list(self._held))
            except StoreError as error:
                _log.warning("replies_not_given_back", replies=len(self._held), error=str(error))

    def ring(self) -> None:
        """Say that a turn has ended."""
        self._bell.set()

    async def next(self) -> Reply:
        """Return the next reply as soon as there is one; it stays in this process's hands until it is acknowledged."""
        while not self._waiting:
            self._bell.clear()  # before looking: who rings meanwhile is not missed
            # a reader that is cancelled must not take what was just handed out with it
            if not await asyncio.shield(self._look_soon()):
                await self._until_rung()
        return self._waiting.popleft()

    def put_back(self, reply: Reply) -> None:
        """Let the next to ask have this reply: its reader left without a word."""
        if reply.turn_id in self._held:
            self._waiting.appendleft(reply)

    def acknowledge_soon(self, reply: Reply) -> None:
        """Note that the reply was heard, without waiting for the commit."""
        self._acknowledgements.add(reply)

    async def acknowledge(self, reply: Reply) -> None:
        """Note that the reply was heard; returns once that is committed."""
        await self._acknowledgements.write(reply)

    def _look_soon(self) -> asyncio.Task[bool]:
        """Return the look that is under way, or begin one."""
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look())
        return self._looking

    async def _look(self) -> bool:
        try:
            handed = await hand_out(self._database, self._reader, at_most=HANDED_AT_ONCE)
        except StoreUnavailableError as error:
            _log.warning("replies_not_read", error=str(error))
            return False
        replies = [reply_of(one) for one in handed]
        self._held.update((reply.turn_id, reply) for reply in replies)
        self._waiting.extend(replies)
        return bool(replies)

    async def _until_rung(self) -> None:
        try:
            async with asyncio.timeout(LOOK_SECONDS):
                await self._bell.wait()
        except TimeoutError:
            return

    async def _renew_always(self) -> None:
        while True:
            await asyncio.sleep(self._renew_seconds)
            try:
                await self._renew()
            except StoreError as error:
                _log.warning("replies_not_renewed", error=str(error))

    async def _renew(self) -> None:
        """Keep what is held, and drop what was not yet read and is another process's by now."""
        asked = list(self._held)
        if not asked:
            return
        kept = await keep_handed(self._database, self._reader, asked)
        lost = {turn_id for turn_id in asked if turn_id not in kept}
        for turn_id in lost:
            self._held.pop(turn_id, None)
        if lost:
            self._waiting = deque(reply for reply in self._waiting if reply.turn_id not in lost)

    def _let_go(self, replies: Sequence[Reply]) -> None:
        for reply in replies:
            self._held.pop(reply.turn_id, None)
