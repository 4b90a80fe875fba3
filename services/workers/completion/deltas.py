"""Text on its way to the user: the first piece at once, later ones gathered for a moment."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from types import TracebackType
from typing import Self

SendDelta = Callable[[int, str], None]
"""Hands one piece on: its sequence within the attempt, from 0, and its text."""


class Deltas:
    """Takes pieces of text as the provider sends them, and sends what gathered about each `interval_seconds`.

    All streams of an event loop send on the same beats of its clock, so that their pieces travel to Redis and into
    a gateway together. Leaving the block sends the rest, whatever ended it.
    """

    def __init__(self, send: SendDelta, *, interval_seconds: float) -> None:
        self._send = send
        self._interval_seconds = interval_seconds
        self._gathered: list[str] = []
        self._sequence = 0
        self._loop = asyncio.get_running_loop()
        self._beat: asyncio.TimerHandle | None = None

    def add(self, text: str) -> None:
        """Take a piece; it leaves now if nothing left since the last beat."""
        self._gathered.append(text)
        if self._beat is None:
            self._send_gathered()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._send_gathered()
        if self._beat is not None:
            self._beat.cancel()

    def _send_gathered(self) -> None:
        """Send what gathered and wait for the next beat, or wait for nothing if there was no text."""
        self._beat = None
        text, self._gathered = "".join(self._gathered), []
        if text:
            sequence, self._sequence = self._sequence, self._sequence + 1
            self._send(sequence, text)
            self._beat = self._loop.call_at(next_beat(self._loop.time(), self._interval_seconds), self._send_gathered)


def next_beat(now: float, interval_seconds: float) -> float:
    """Return the next instant that is a multiple of the interval and at least half of one away."""
    return (round(now / interval_seconds) + 1) * interval_seconds if interval_seconds else now
