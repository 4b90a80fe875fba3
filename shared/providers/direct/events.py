"""Cuts a body of `text/event-stream` into events, in whatever pieces it comes.

The rules are those of https://html.spec.whatwg.org/multipage/server-sent-events.html, section 9.2.6, less ids
and retry times, which mean nothing to us.
"""

from __future__ import annotations

from shared.providers.dialect import ServerEvent

LINE_ENDS = (b"\n", b"\r")


class EventCutter:
    """Takes pieces and gives the events that are whole; one whose end never comes is none."""

    def __init__(self) -> None:
        self._rest = b""
        self._after_return = False
        self._name: bytes | None = None
        self._data: list[bytes] = []

    def feed(self, piece: bytes) -> list[ServerEvent]:
        """Return the events that end in this piece."""
        events = []
        for line in self._lines(piece):
            if line:
                self._read(line)
            elif self._data or self._name:
                events.append(ServerEvent(self._name, b"\n".join(self._data)))
                self._name, self._data = None, []
        return events

    def _lines(self, piece: bytes) -> list[bytes]:
        if self._after_return and piece[:1] == b"\n":  # the second half of a line end that was cut in two
            piece = piece[1:]
        text = self._rest + piece
        self._after_return = text.endswith(b"\r")
        lines = text.splitlines()
        self._rest = lines.pop() if text and not text.endswith(LINE_ENDS) else b""
        return lines

    def _read(self, line: bytes) -> None:
        name, _, value = line.partition(b":")
        if name == b"data":
            self._data.append(value.removeprefix(b" "))
        elif name == b"event":
            self._name = value.removeprefix(b" ")
