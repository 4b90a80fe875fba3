"""One connection that is kept open and speaks raw HTTP/1.1 to our own server."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

ANSWER_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class Connection:
    """A connection to a port; opened again when the server has closed it."""

    port: int
    _streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = field(default=None, init=False)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    async def ask(self, wire: bytes, *, is_head: bool) -> Answer:
        """Send a request and return its answer; raises TimeoutError when none comes."""
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self.port, limit=2**22)
        reader, writer = self._streams
        writer.write(wire)
        async with asyncio.timeout(ANSWER_SECONDS):
            answer = await _answer(reader, is_head=is_head)
        if answer.headers.get("connection") == "close" or is_head or answer.status >= 500:
            self._close()
        return answer

    def _close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


async def _answer(reader: asyncio.StreamReader, *, is_head: bool) -> Answer:
    status = 100
    while status < 200:
        first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").splitlines()
        status = int(first.split()[1])
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)}
    if is_head or status in (204, 304):
        return Answer(status, headers, b"")
    if headers.get("transfer-encoding") == "chunked":
        return Answer(status, headers, await _chunked(reader))
    return Answer(status, headers, await reader.readexactly(int(headers["content-length"])))


async def _chunked(reader: asyncio.StreamReader) -> bytes:
    body = b""
    while size := int(await reader.readline(), 16):
        body += await reader.readexactly(size)
        await reader.readexactly(2)
    await reader.readexactly(2)
    return body
