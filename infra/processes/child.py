"""A forked process whose lines are shown while it lives."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from typing import Final

from infra.processes.fork import fork
from infra.processes.lines import Lines, LinesOf

LAST_LINES_SECONDS: Final = 1.0
"""How long an ended process's lines are waited for: what it left running may hold its output for ever."""


class Child:
    """A running process and the end of a pipe at which it can be heard."""

    def __init__(self, name: str, program: Callable[[], int]) -> None:
        """Fork it; see `fork` for when that may be done."""
        self.name = name
        self._reading, writing = os.pipe()
        self.process = fork(name, program, output=writing)
        os.close(writing)
        self._heard: tuple[asyncio.BaseTransport, LinesOf] | None = None

    async def hear(self, lines: Lines) -> None:
        """Begin to show what it prints."""
        output = os.fdopen(self._reading, "rb", buffering=0)
        self._heard = await asyncio.get_running_loop().connect_read_pipe(lambda: LinesOf(self.name, lines), output)

    async def hear_out(self) -> None:
        """Show what it printed last, once it has ended."""
        if self._heard is not None:
            transport, printed = self._heard
            await asyncio.wait([printed.ended], timeout=LAST_LINES_SECONDS)
            transport.close()
