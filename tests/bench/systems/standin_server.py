"""The provider stand-in: OpenAI's chat wire and nothing else, about ten microseconds a request.

`python -m tests.bench.systems.standin_server PORT`. `POST /control` with `{"latency_seconds", "chunks",
"gap_seconds"}` changes how it answers from then on; it returns the number of chat requests so far.
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any, cast

import uvloop

from tests.bench.systems.standin_wire import Manner, answer_of, models_of, stream_of

HEAD_END = b"\r\n\r\n"


class Provider:
    """How requests are answered now, and how many there were."""

    def __init__(self) -> None:
        self.calls = 0
        self.set_manner(Manner())

    def set_manner(self, manner: Manner) -> None:
        """Make the answers once, so that a request costs a write."""
        self.manner = manner
        self.whole = answer_of()
        self.plain, self.with_usage = (stream_of(manner.chunks, usage=usage) for usage in (False, True))


class Connection(asyncio.Protocol):
    """One keep-alive connection of the system under test."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider
        self._received = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._received += data
        head_end = self._received.find(HEAD_END)
        if head_end < 0:
            return
        size = head_end + len(HEAD_END) + _content_length(self._received[:head_end].lower())
        if len(self._received) < size:
            return
        request = bytes(self._received[:size])
        del self._received[:size]
        self._answer(request, request[head_end + len(HEAD_END) :])

    def _answer(self, request: bytes, body: bytes) -> None:
        if request.startswith(b"POST /control"):
            self._control(json.loads(body))
        elif request.startswith(b"GET"):
            self._transport.write(models_of())
        else:
            self._chat(body)

    def _control(self, fields: dict[str, Any]) -> None:
        if fields:
            self._provider.set_manner(Manner(**fields))
        text = json.dumps({"calls": self._provider.calls}).encode()
        self._transport.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%b" % (len(text), text))

    def _chat(self, body: bytes) -> None:
        provider = self._provider
        provider.calls += 1
        if b'"stream":true' in body or b'"stream": true' in body:
            parts = provider.with_usage if b"include_usage" in body else provider.plain
            self._later(provider.manner.latency_seconds, parts, 0)
        else:
            self._later(provider.manner.latency_seconds, (provider.whole,), 0)

    def _later(self, seconds: float, parts: tuple[bytes, ...], position: int) -> None:
        if seconds:
            asyncio.get_running_loop().call_later(seconds, self._send, parts, position)
        else:
            self._send(parts, position)

    def _send(self, parts: tuple[bytes, ...], position: int) -> None:
        if self._transport.is_closing():
            return
        gap = self._provider.manner.gap_seconds
        if not gap:
            self._transport.write(b"".join(parts))
            return
        self._transport.write(parts[position])
        if position + 1 < len(parts):
            self._later(gap, parts, position + 1)


def _content_length(head: bytes | bytearray) -> int:
    start = head.find(b"content-length:")
    return int(head[start + 15 :].split(b"\r\n", 1)[0]) if start >= 0 else 0


async def serve(port: int) -> None:
    """Serve until the process is told to stop."""
    provider = Provider()
    server = await asyncio.get_running_loop().create_server(
        lambda: Connection(provider), "127.0.0.1", port, backlog=8192
    )
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1])))
