"""Follows a turn to its end, whatever becomes of Redis on the way, and whenever the following begins."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from functools import partial
from uuid import UUID

from shared.domain.turn_result import TurnResult
from shared.domain.turn_status import TurnStatus
from shared.queue.followers import Follower
from shared.queue.reply_entries import Done, StreamEntry
from shared.replies.results import result_of_row
from shared.replies.waiting import Waiting
from shared.store.turns.rows import TurnRow

KEEP_ALIVE_SECONDS = 15.0
LAST_WORDS_SECONDS = 0.5
"""How long a turn that has ended by its row or inbox may still send what is under way in its stream."""


async def follow_known_turn(
    waiting: Waiting, turn: TurnRow, after: str | None = None
) -> AsyncGenerator[StreamEntry | None, None]:
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
    try:
        with waiting.inbox.following(turn_id, after, void_attempts=void_attempts) as follower:
            ended.add_done_callback(partial(_end_soon, follower))
            while not follower.is_closed:
                entry = await follower.next(KEEP_ALIVE_SECONDS)
                yield entry
                if isinstance(entry, Done):
                    return
    finally:
        ended.cancel()


def _end_soon(follower: Follower, ended: asyncio.Future[TurnResult]) -> None:
    """End the following by the turn's row or inbox, unless its stream does so first."""
    if not ended.cancelled():
        asyncio.get_running_loop().call_later(LAST_WORDS_SECONDS, follower.add, Done(ended.result()))
