"""Text on its way to the user: the first piece at once, later ones gathered for a moment."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Self

SendDelta = Callable[[int, str], Awaitable[None]]
"""Sends one piece: its sequence within the attempt, from 0, and its text."""


class Deltas:
    """Takes pieces of text as the provider sends them, and sends what gathered each `interval_seconds`.

    Leaving the block sends the rest, whatever ended it.
    """

    def __init__(self, send: SendDelta, *, interval_seconds: float) -> None:
        self._send = send
        self._interval_seconds = interval_seconds
        self._gathered: list[str] = []
        self._sequence = 0
        self._has_text = asyncio.Event()
        self._pump: asyncio.Task[None] | None = None

    def add(self, text: str) -> None:
        """Take a piece; it leaves now if nothing left within the interval."""
        self._gathered.append(text)
        self._has_text.set()

    async def __aenter__(self) -> Self:
        self._pump = asyncio.create_task(self._send_always())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._pump is not None:
            self._pump.cancel()
            await asyncio.wait([self._pump])
        await self._send_gathered()

    async def _send_always(self) -> None:
        while True:
            await self._has_text.wait()
            await self._send_gathered()
            await asyncio.sleep(self._interval_seconds)

    async def _send_gathered(self) -> None:
        self._has_text.clear()
        text, self._gathered = "".join(self._gathered), []
        if text:
            sequence, self._sequence = self._sequence, self._sequence + 1
            await self._send(sequence, text)
