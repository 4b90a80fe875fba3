"""The reading side of replies: one process's inbox and the streams that it follows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final
from uuid import UUID

import redis.asyncio as redis
import structlog
from redis.exceptions import RedisError

from shared.domain.turn_result import TurnResult
from shared.queue.expectations import Expectations
from shared.queue.followers import START, Entry, Follower, Followers
from shared.queue.replies import INBOX_LENGTH
from shared.queue.reply_entries import MARKER, Done, StreamEntry, inbox_key, read_entry, turn_key
from shared.redis_lane import Command, RedisLane

INBOX_LIFE_MS: Final = 60_000
_UPKEEP_SECONDS: Final = 1.0
_BLOCK_MS: Final = 1_000
_READ_AT_MOST: Final = 1_000
_PAUSE_SECONDS: Final = 0.2
_log = structlog.get_logger()


class ReplyInbox:
    """Receives results and text for whoever in this process waits; `name` is what a turn's row names.

    One blocking read serves the inbox and every followed stream, each from its beginning. When Redis is away or
    wiped it goes on by itself, but what was written meanwhile is lost: who waits must look at the row too.
    `on_results` is called whenever results have come, for whoever waits for any of them.
    """

    def __init__(self, client: redis.Redis, name: str, *, on_results: Callable[[], None] | None = None) -> None:
        self.name = name
        self._redis = client
        self._lane = RedisLane(client.connection_pool)
        self._key = inbox_key(name)
        self._cursor = START
        self._on_results = on_results
        self._expectations = Expectations()
        self._followers = Followers()
        self._tasks: list[asyncio.Task[None]] = []
        self._nudges: set[asyncio.Task[None]] = set()
        self._may_nudge = False
        self._is_broken = False
        self._is_closed = False

    async def start(self) -> None:
        """Create the inbox, if Redis is there, and begin to read."""
        await self._keep_up()
        self._tasks = [asyncio.create_task(self._read_always()), asyncio.create_task(self._keep_up_always())]

    async def close(self) -> None:
        """Stop reading, cancel what is expected, end what is followed and remove the inbox."""
        # Not by cancelling alone: asyncio.wait_for of Python 3.11, which redis-py writes with, can swallow it.
        self._is_closed = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._lane.close()
        self._expectations.cancel_all()
        self._followers.close()
        try:
            await self._redis.delete(self._key)
        except RedisError as error:
            self._note_outage(error)

    def expect(self, turn_id: UUID | str) -> asyncio.Future[TurnResult]:
        """Return a future of the turn's result; cancel it, or `forget`, when nobody waits any more."""
        return self._expectations.add(turn_id)

    def forget(self, turn_id: UUID | str) -> None:
        """Cancel every future that `expect` returned for the turn."""
        self._expectations.cancel(turn_id)

    async def follow(
        self, turn_id: UUID | str, after: str | None = None, *, void_attempts: int = 0
    ) -> AsyncGenerator[StreamEntry, None]:
        """Yield the turn's entries after the delta `after` (`attempt.sequence`), from the beginning when None.

        What attempts up to `void_attempts` sent is passed over. Ends after Done, or when the inbox closes. Who leaves
        early should close the iterator (`aclosing`). A gap in the sequences says that deltas were lost.
        """
        with self.following(turn_id, after, void_attempts=void_attempts) as follower:
            while (entry := await follower.next()) is not None:
                yield entry
                if isinstance(entry, Done):
                    return

    @contextmanager
    def following(self, turn_id: UUID | str, after: str | None = None, *, void_attempts: int = 0) -> Iterator[Follower]:
        """Follow a turn as `follow` does, for whoever also listens elsewhere; it ends with the block."""
        key = turn_key(turn_id)
        follower = self._followers.add(key, after, void_attempts=void_attempts)
        self._wake_reader()
        try:
            yield follower
        finally:
            self._followers.remove(key, follower)

    async def _read_always(self) -> None:
        while not self._is_closed:
            try:
                await self._read_once()
            except RedisError as error:
                self._note_outage(error)
                await asyncio.sleep(_PAUSE_SECONDS)

    async def _read_once(self) -> None:
        cursors = {self._key: self._cursor, **self._followers.cursors}
        self._may_nudge = True
        (streams,) = await self._lane.run([_read_command(cursors)])
        self._may_nudge = False
        for raw_key, raw_entries in streams or ():
            key, entries = raw_key.decode(), [_entry(raw) for raw in raw_entries]
            if key == self._key:
                self._take_results(entries)
            else:
                self._followers.feed(key, entries, read_after=cursors[key])

    def _take_results(self, entries: list[Entry]) -> None:
        for redis_id, fields in entries:
            self._cursor = redis_id
            entry = read_entry(fields)
            if isinstance(entry, Done):
                self._expectations.resolve(entry.result)
        if self._on_results is not None:
            self._on_results()

    def _wake_reader(self) -> None:
        """Make a read that blocks now return, so that the next one has the new stream."""
        if self._may_nudge:
            self._may_nudge = False  # Once a read is enough.
            nudge = asyncio.create_task(self._add_marker())
            self._nudges.add(nudge)
            nudge.add_done_callback(self._nudges.discard)

    async def _add_marker(self) -> None:
        fields: dict[Any, Any] = dict(MARKER)
        try:
            await self._redis.xadd(self._key, fields, maxlen=INBOX_LENGTH, approximate=True)
        except RedisError as error:
            self._note_outage(error)

    async def _keep_up_always(self) -> None:
        while not self._is_closed:
            await asyncio.sleep(_UPKEEP_SECONDS)
            await self._keep_up()

    async def _keep_up(self) -> None:
        """Keep the inbox alive and short; make it anew when it is gone."""
        try:
            pipeline = self._redis.pipeline(transaction=False)
            pipeline.xtrim(self._key, minid=_behind(self._cursor), approximate=False)
            pipeline.pexpire(self._key, INBOX_LIFE_MS)
            _, is_there = await pipeline.execute()
            if not is_there:
                self._cursor = START
                await self._add_marker()
                await self._redis.pexpire(self._key, INBOX_LIFE_MS)
            self._is_broken = False
        except RedisError as error:
            self._note_outage(error)

    def _note_outage(self, error: RedisError) -> None:
        if not self._is_broken:
            _log.warning("reply_inbox_unavailable", error=type(error).__name__)
        self._is_broken = True


def _read_command(cursors: Mapping[str, bytes]) -> Command:
    """Return the command that waits for entries behind each stream's cursor."""
    return ("XREAD", "COUNT", _READ_AT_MOST, "BLOCK", _BLOCK_MS, "STREAMS", *cursors, *cursors.values())


def _entry(raw: Sequence[Any]) -> Entry:
    """Return a stream's entry, whose fields Redis sends as names and values in turn."""
    redis_id, parts = raw
    return redis_id, dict(zip(parts[::2], parts[1::2], strict=True))


def _behind(cursor: bytes) -> str:
    """Return the first id behind the cursor: what was read goes, the last reply's text too."""
    milliseconds, _, sequence = cursor.decode().partition("-")
    return f"{milliseconds}-{int(sequence) + 1}"
