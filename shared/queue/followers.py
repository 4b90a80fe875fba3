"""Who follows which turn's stream, and what each has seen."""

from __future__ import annotations

import asyncio
import re
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from shared.queue.reply_entries import Delta, Done, Fields, Reset, StreamEntry, read_entry

Entry = tuple[bytes, Fields]
"""A stream entry: its Redis id (`milliseconds-number`) and its fields."""

START: Final = b"0-0"
NUMBER: Final = re.compile(r"\d{1,18}", re.ASCII)
"""What we give out is no longer; more digits than Python reads would fail in the middle of an answer."""


@dataclass(slots=True, eq=False)
class Follower:
    """One reader of one stream; `seen` is the place of the last delta it has, (attempt, sequence).

    What attempts up to `void_attempts` sent is passed over, their ends too. `waiting` is what it has yet
    to take; once it `is_closed` nothing more will come.
    """

    seen: tuple[int, int]
    void_attempts: int = 0
    waiting: deque[StreamEntry] = field(default_factory=deque)
    is_closed: bool = False
    _sleep: asyncio.Future[None] | None = None

    async def next(self, within_seconds: float | None = None) -> StreamEntry | None:
        """Return the next entry, or None when none came within that time or none will come any more."""
        if not self.waiting and not self.is_closed:
            await self._wait(within_seconds)
        return self.waiting.popleft() if self.waiting else None

    def take(self, entry: StreamEntry) -> None:
        """Hand the entry on unless the follower has it already or it is void."""
        if _attempt_of(entry) <= self.void_attempts:
            return
        match entry:
            case Delta(attempt, sequence):
                if (attempt, sequence) <= self.seen:
                    return
                self.seen = (attempt, sequence)
            case Done():
                pass
            case Reset(attempt):
                if attempt <= self.seen[0]:
                    return
                self.seen = (attempt, -1)
        self.add(entry)

    def add(self, entry: StreamEntry) -> None:
        """Hand the entry on as it is."""
        self.waiting.append(entry)
        self._wake()

    def close(self) -> None:
        """Tell the reader that nothing more will come."""
        self.is_closed = True
        self._wake()

    async def _wait(self, within_seconds: float | None) -> None:
        loop = asyncio.get_running_loop()
        self._sleep = loop.create_future()
        alarm = None if within_seconds is None else loop.call_later(within_seconds, self._wake)
        try:
            await self._sleep
        finally:
            self._sleep = None
            if alarm is not None:
                alarm.cancel()

    def _wake(self) -> None:
        if self._sleep is not None and not self._sleep.done():
            self._sleep.set_result(None)


class Followers:
    """The followed streams by key, each with the Redis id up to which it was read."""

    def __init__(self) -> None:
        self._by_key: dict[str, set[Follower]] = {}
        self.cursors: dict[str, bytes] = {}

    def add(self, key: str, after: str | None, *, void_attempts: int = 0) -> Follower:
        """Begin to follow from the stream's beginning; who followed it already sees nothing twice."""
        follower = Follower(parse_place(after), void_attempts)
        self._by_key.setdefault(key, set()).add(follower)
        self.cursors[key] = START
        return follower

    def remove(self, key: str, follower: Follower) -> None:
        """End the following; the stream is read no more once nobody follows it."""
        remaining = self._by_key.get(key, set())
        remaining.discard(follower)
        if not remaining:
            self._by_key.pop(key, None)
            self.cursors.pop(key, None)

    def feed(self, key: str, entries: Sequence[Entry], *, read_after: bytes) -> None:
        """Hand the entries that were read after `read_after` to the stream's followers.

        If the cursor was moved back meanwhile, because someone new follows, they are dropped and read again.
        """
        if self.cursors.get(key) != read_after:
            return
        for redis_id, fields in entries:
            self.cursors[key] = redis_id
            entry = read_entry(fields)
            if entry is not None:
                for follower in self._by_key[key]:
                    follower.take(entry)

    def close(self) -> None:
        """Tell everyone that nothing more will come."""
        for followers in self._by_key.values():
            for follower in followers:
                follower.close()


def _attempt_of(entry: StreamEntry) -> int:
    return entry.result.attempt if isinstance(entry, Done) else entry.attempt


def parse_place(after: str | None) -> tuple[int, int]:
    """Read `attempt.sequence`; anything else is the beginning."""
    attempt, _, sequence = (after or "").partition(".")
    if NUMBER.fullmatch(attempt) and NUMBER.fullmatch(sequence):
        return int(attempt), int(sequence)
    return (0, -1)
