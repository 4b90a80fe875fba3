"""Waits for turns to end: by the reply inbox at once, by their rows within a second."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import structlog

from shared.domain.turn_result import TurnResult
from shared.errors import MevichatError
from shared.queue.inbox import ReplyInbox
from shared.replies.results import result_of_row
from shared.store.database import Database
from shared.store.errors import StoreError
from shared.store.turns.read import read_ended, read_turns

log = structlog.get_logger()

LOOK_SECONDS = 1.0


class LeavingError(MevichatError):
    """Raised when the process stops before the turn has ended; the turn goes on."""


class Waiting:
    """All of this process's waiting callers; a wiped Redis costs them a second, not a reply."""

    def __init__(self, database: Database, inbox: ReplyInbox) -> None:
        self.inbox = inbox
        self._database = database
        self._futures: dict[UUID, set[asyncio.Future[TurnResult]]] = {}
        self._task: asyncio.Task[None] | None = None
        self._callers: set[asyncio.Future[TurnResult]] = set()
        self._has_left = False

    def start(self) -> None:
        """Begin to look at rows."""
        self._task = asyncio.create_task(self._look_always())

    async def close(self) -> None:
        """Stop looking."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    def leave(self) -> None:
        """Let every caller of `result_of` go, those to come too: the process stops, and their turns go on."""
        self._has_left = True
        for ended in self._callers:
            if not ended.done():
                ended.set_exception(LeavingError())

    def expect(self, turn_id: UUID) -> asyncio.Future[TurnResult]:
        """Return a future of the turn's end; cancel it when nobody waits any more."""
        future: asyncio.Future[TurnResult] = asyncio.get_running_loop().create_future()
        told = self.inbox.expect(turn_id)
        self._futures.setdefault(turn_id, set()).add(future)
        told.add_done_callback(lambda done: _pass_on(done, future))
        future.add_done_callback(lambda _: self._forget(turn_id, future, told))
        return future

    async def result_of(self, turn_id: UUID, *, within_seconds: float) -> TurnResult:
        """Return how the turn ended, or where it stands when its worker still runs it after that time.

        Raises:
            LeavingError: the process stops before that.

        """
        if self._has_left:
            raise LeavingError
        ended = self.expect(turn_id)
        self._callers.add(ended)
        try:
            async with asyncio.timeout(within_seconds):
                return await ended
        except TimeoutError:
            return result_of_row((await read_turns(self._database, [turn_id]))[turn_id])
        finally:
            self._callers.discard(ended)
            ended.cancel()

    def _forget(self, turn_id: UUID, future: asyncio.Future[TurnResult], told: asyncio.Future[TurnResult]) -> None:
        told.cancel()
        remaining = self._futures.get(turn_id, set())
        remaining.discard(future)
        if not remaining:
            self._futures.pop(turn_id, None)

    async def _look_always(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                await self._look()
            except StoreError as error:
                log.warning("look_failed", error=str(error))

    async def _look(self) -> None:
        if not self._futures:
            return
        for turn_id, row in (await read_ended(self._database, list(self._futures))).items():
            for future in list(self._futures.get(turn_id, ())):
                if not future.done():
                    future.set_result(result_of_row(row))


@asynccontextmanager
async def waiting_for_replies(database: Database, inbox: ReplyInbox) -> AsyncIterator[Waiting]:
    """Listen to the inbox and look at rows until the block ends."""
    waiting = Waiting(database, inbox)
    await inbox.start()
    waiting.start()
    try:
        yield waiting
    finally:
        await waiting.close()
        await inbox.close()


def _pass_on(told: asyncio.Future[TurnResult], future: asyncio.Future[TurnResult]) -> None:
    if not told.cancelled() and not future.done():
        future.set_result(told.result())
