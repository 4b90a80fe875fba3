"""A closed-loop HTTP load: N clients, each sends its next request when the last was answered.

Written on bare asyncio protocols because the load shares two cores with what it measures.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast


@dataclass(slots=True)
class Load:
    """What happened: one latency per answered request, and the answers that were not 200."""

    latencies_ms: list[float] = field(default_factory=list)
    wrong_answers: list[bytes] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def per_second(self) -> float:
        """Return answered requests per second."""
        return len(self.latencies_ms) / self.seconds

    def percentile_ms(self, percent: float) -> float:
        """Return the latency that so many per cent of the requests stayed under."""
        ordered = sorted(self.latencies_ms)
        return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


class _Client(asyncio.Protocol):
    """One keep-alive connection."""

    def __init__(self, next_request: Callable[[], bytes | None], load: Load) -> None:
        self._next_request = next_request
        self._load = load
        self._received = bytearray()
        self._started = 0.0
        self.done = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        transport = cast("asyncio.Transport", transport)  # uvloop's own class is no subclass
        self._transport = transport
        self._send()

    def data_received(self, data: bytes) -> None:
        self._received += data
        head_end = self._received.find(b"\r\n\r\n")
        if head_end < 0 or len(self._received) < head_end + 4 + _content_length(self._received[:head_end]):
            return
        self._load.latencies_ms.append((time.perf_counter() - self._started) * 1000)
        if not _is_good(self._received):
            self._load.wrong_answers.append(bytes(self._received))
        self._received.clear()
        self._send()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.done.done():
            self._load.wrong_answers.append(f"connection lost: {error}".encode())
            self.done.set_result(None)

    def _send(self) -> None:
        request = self._next_request()
        if request is None:
            self.done.set_result(None)
            self._transport.close()
            return
        self._started = time.perf_counter()
        self._transport.write(request)


def _is_good(answer: bytearray) -> bool:
    if not answer.startswith(b"HTTP/1.1 200"):
        return False
    return b"mevichat-turn-status" not in answer.lower() or b"mevichat-turn-status: completed" in answer.lower()


def _content_length(head: bytearray) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line[15:])
    message = "the answer has no Content-Length"
    raise ValueError(message)


async def run_load(host: str, port: int, request: bytes, *, clients: int, requests: int) -> Load:
    """Send `requests` copies of the request by `clients` connections; return what happened."""
    load = Load()
    left = iter(range(requests))
    loop = asyncio.get_running_loop()

    def next_request() -> bytes | None:
        return None if next(left, None) is None else request

    started = time.perf_counter()
    connections = [
        await loop.create_connection(lambda: _Client(next_request, load), host, port) for _ in range(clients)
    ]
    await asyncio.gather(*(client.done for _, client in connections))
    load.seconds = time.perf_counter() - started
    return load


def chat_request(path: str, token: str, body: bytes, host: str = "bench") -> bytes:
    """Return the bytes of one POST."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body
