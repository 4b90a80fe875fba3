"""Follows a turn to its end, whatever becomes of Redis on the way, and whenever the following begins."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Any
from uuid import UUID

from shared.domain.turn_status import TurnStatus
from shared.queue.reply_entries import Done, StreamEntry
from shared.replies.results import result_of_row
from shared.replies.waiting import Waiting
from shared.store.turns.rows import TurnRow

KEEP_ALIVE_SECONDS = 15.0
LAST_WORDS_SECONDS = 0.5
"""How long a turn that has ended by its row or inbox may still send what is under way in its stream."""


async def follow_known_turn(
    waiting: Waiting, turn: TurnRow, after: str | None = None
) -> AsyncIterator[StreamEntry | None]:
    """Follow a turn that was accepted before, from where its row says that it stands; an ended one is Done at once."""
    if turn.status.is_ended:
        yield Done(result_of_row(turn))
        return
    async with aclosing(follow_turn(waiting, turn.turn_id, after, void_attempts=void_attempts_of(turn))) as entries:
        async for entry in entries:
            yield entry


def void_attempts_of(turn: TurnRow) -> int:
    """Return up to which attempt the turn's stream is void: only what the running one sends may count."""
    return turn.attempt - 1 if turn.status is TurnStatus.RUNNING else turn.attempt


async def follow_turn(
    waiting: Waiting, turn_id: UUID, after: str | None = None, *, void_attempts: int = 0
) -> AsyncGenerator[StreamEntry | None, None]:
    """Yield the turn's entries, at last Done; None now and then to keep the connection alive."""
    ended = waiting.expect(turn_id)
    async with aclosing(waiting.inbox.follow(turn_id, after, void_attempts=void_attempts)) as entries:
        coming = asyncio.ensure_future(anext(entries))
        try:
            while True:
                either: set[asyncio.Future[Any]] = {coming, ended}
                await asyncio.wait(either, timeout=KEEP_ALIVE_SECONDS, return_when=asyncio.FIRST_COMPLETED)
                if not coming.done() and ended.done():
                    await asyncio.wait({coming}, timeout=LAST_WORDS_SECONDS)
                if not coming.done() and ended.done():
                    yield Done(ended.result())
                    return
                if not coming.done():
                    yield None
                    continue
                entry = coming.result()
                yield entry
                if isinstance(entry, Done):
                    return
                coming = asyncio.ensure_future(anext(entries))
        finally:
            ended.cancel()
            coming.cancel()
            await asyncio.wait({coming})
