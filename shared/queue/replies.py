"""The writing side of replies: to the inbox of who waits, and to the stream of a turn."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import structlog
from redis.exceptions import RedisError

from shared.domain.turn_result import TurnResult
from shared.queue.reply_entries import (
    Delta,
    Done,
    Fields,
    Reset,
    StreamEntry,
    inbox_key,
    turn_key,
    write_entry,
)
from shared.redis_lane import Command, LaneRedis, RedisLane
from shared.tick_batch import TickBatch

INBOX_LENGTH: Final = 10_000
TURN_STREAM_LENGTH: Final = 10_000
TURN_STREAM_LIFE_MS: Final = 600_000
_DELTAS_A_RENEWAL: Final = 16
"""A stream's life is many minutes, sixteen deltas take seconds: so often is enough, with the first and the end."""
_MAX_WAITING: Final = 20_000
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Write:
    """One entry on its way; `sent` is resolved once Redis took it or it was dropped.

    `keeps_alive`: the turn's stream gets its whole life again.
    """

    key: str
    is_inbox: bool
    fields: Fields
    sent: asyncio.Future[None] | None
    keeps_alive: bool

    def command(self) -> Command:
        """Return the command that appends the entry; an inbox without an owner is not made."""
        length, make = (INBOX_LENGTH, ("NOMKSTREAM",)) if self.is_inbox else (TURN_STREAM_LENGTH, ())
        pairs = [part for pair in self.fields.items() for part in pair]
        return ("XADD", self.key, *make, "MAXLEN", "~", length, "*", *pairs)


class ReplyWriter:
    """Writes replies in the order given, everything of one instant in one pipeline.

    No method raises when Redis is away: the entry is dropped, because the turn's row has it all and who waits looks
    there too.
    """

    def __init__(self, client: LaneRedis) -> None:
        self._lane = RedisLane(client.connection_pool)  # its own: a reply waits for no ring
        # One at a time: deltas must not overtake each other.
        self._batch: TickBatch[_Write] = TickBatch(self._send, max_in_flight=1)
        self._is_broken = False

    async def reply(self, inbox: str, result: TurnResult) -> None:
        """Put a whole result into the inbox named `inbox`; nothing happens when its owner is gone."""
        await self._write_and_wait(inbox_key(inbox), write_entry(Done(result)), is_inbox=True)

    def delta(self, turn_id: UUID | str, attempt: int, sequence: int, text: str) -> None:
        """Append a piece of the answer to the turn's stream; returns before it is sent."""
        self._write(turn_id, Delta(attempt, sequence, text), keeps_alive=sequence % _DELTAS_A_RENEWAL == 0)

    async def reset(self, turn_id: UUID | str, attempt: int) -> None:
        """Tell followers that `attempt` begins and the text so far is void; returns before it is sent."""
        self._write(turn_id, Reset(attempt), keeps_alive=True)

    async def done(self, turn_id: UUID | str, result: TurnResult) -> None:
        """End the turn's stream with its result."""
        await self._write_and_wait(turn_key(turn_id), write_entry(Done(result)), is_inbox=False)

    async def close(self) -> None:
        """Wait until everything written is sent or dropped."""
        await self._batch.drain()

    def _write(self, turn_id: UUID | str, entry: StreamEntry, *, keeps_alive: bool) -> None:
        if len(self._batch) < _MAX_WAITING:  # Redis hangs: a gap is what followers are made for.
            self._batch.add(_Write(turn_key(turn_id), False, write_entry(entry), None, keeps_alive))

    async def _write_and_wait(self, key: str, fields: Fields, *, is_inbox: bool) -> None:
        sent: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._batch.add(_Write(key, is_inbox, fields, sent, keeps_alive=not is_inbox))
        await sent

    async def _send(self, writes: list[_Write]) -> None:
        try:
            await self._pipeline(writes)
            self._is_broken = False
        except RedisError as error:
            self._note_outage(error)
        finally:
            for write in writes:
                if write.sent is not None and not write.sent.done():
                    write.sent.set_result(None)

    async def _pipeline(self, writes: list[_Write]) -> None:
        alive = {write.key for write in writes if write.keeps_alive}
        renewals: list[Command] = [("PEXPIRE", key, TURN_STREAM_LIFE_MS) for key in alive]
        await self._lane.run([*(write.command() for write in writes), *renewals])

    def _note_outage(self, error: RedisError) -> None:
        if not self._is_broken:
            _log.warning("replies_dropped", error=type(error).__name__)
        self._is_broken = True
