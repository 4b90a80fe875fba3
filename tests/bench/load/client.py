"""One keep-alive connection of the generator, on a bare protocol: it shares two cores with what it measures."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import cast

from tests.bench.load.job import Found

HEAD_END = b"\r\n\r\n"
LAST_CHUNK = b"0\r\n\r\n"
SHOWN_BYTES = 300


class Client(asyncio.Protocol):
    """Sends what `next_request` gives until it gives None; `done` then has its result."""

    def __init__(self, next_request: Callable[[], bytes | None], expected: bytes, times: int, found: Found) -> None:
        self._next_request = next_request
        self._expected, self._times = expected, times
        self._found = found
        self._received = bytearray()
        self._started = 0.0
        self._first: float | None = None
        self._head_size = 0
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's own class is no subclass
        self._send()

    def data_received(self, data: bytes) -> None:
        self._received += data
        if self._first is None and self._expected in self._received:
            self._first = time.perf_counter()
        if not self._is_complete():
            return
        self._note(time.perf_counter())
        self._send()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.done.done():
            self._found.failures.append(f"the connection was lost: {error or 'closed by the server'}")
            self.done.set_result(None)

    def _is_complete(self) -> bool:
        if not self._head_size:
            end = self._received.find(HEAD_END)
            if end < 0:
                return False
            self._head_size = end + len(HEAD_END)
            self._length = _content_length(self._received[:end].lower())
        if self._length is None:
            return self._received.endswith(LAST_CHUNK)
        return len(self._received) >= self._head_size + self._length

    def _note(self, now: float) -> None:
        is_right = self._received.startswith(b"HTTP/1.1 200") and self._received.count(self._expected) == self._times
        if is_right and self._first is not None:
            self._found.first_ms.append((self._first - self._started) * 1000)
            self._found.whole_ms.append((now - self._started) * 1000)
            return
        text = self._received.decode(errors="replace")
        self._found.failures.append(f"{' '.join(text[:15].split())} ... {' '.join(text[-SHOWN_BYTES:].split())}")

    def _send(self) -> None:
        self._received.clear()
        self._first, self._head_size = None, 0
        request = self._next_request()
        if request is None:
            self.done.set_result(None)
            self._transport.close()
            return
        self._started = time.perf_counter()
        self._transport.write(request)


def _content_length(head: bytearray) -> int | None:
    start = head.find(b"content-length:")
    return int(head[start + 15 :].split(b"\r\n", 1)[0]) if start >= 0 else None
