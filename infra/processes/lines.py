"""What several processes print, on one terminal: a line at a time, each with the time and whose it is."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from itertools import cycle
from typing import Final, TextIO

SYSTEM: Final = "system"
COLOURS: Final = (36, 33, 32, 35, 34, 96, 93, 92, 95, 94)
"""ANSI's codes for cyan, yellow, green, magenta and blue, and for their bright forms."""


class Lines:
    """Prints lines behind the local time and a name; `system` is the name of who runs the others."""

    def __init__(self, names: Sequence[str], stream: TextIO, clock: Callable[[], datetime]) -> None:
        self._stream, self._clock = stream, clock
        self._width = max(len(name) for name in (*names, SYSTEM))
        self._colours = dict(zip(names, cycle(COLOURS), strict=False)) if stream.isatty() else {}

    def say(self, name: str, line: str) -> None:
        """Print one line, if there is still a terminal to print on: a closed one must not end who stops the others."""
        encoding = self._stream.encoding or "utf-8"
        line = line.encode(encoding, "backslashreplace").decode(encoding)
        head = f"{self._clock().astimezone():%H:%M:%S} {name:<{self._width}} | "
        colour = self._colours.get(name)
        with suppress(OSError):
            print(f"\033[{colour}m{head}\033[0m{line}" if colour else head + line, file=self._stream, flush=True)


class LinesOf(asyncio.Protocol):
    """Cuts what one process prints into lines; `ended` is done once it can print nothing more."""

    def __init__(self, name: str, lines: Lines) -> None:
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._name, self._lines, self._rest = name, lines, b""

    def data_received(self, data: bytes) -> None:
        """Print the lines that are whole."""
        *whole, self._rest = (self._rest + data).split(b"\n")
        for line in whole:
            self._lines.say(self._name, line.decode(errors="replace"))

    def connection_lost(self, _error: Exception | None) -> None:
        """Print what is left."""
        if self._rest:
            self.data_received(b"\n")
        if not self.ended.done():
            self.ended.set_result(None)
