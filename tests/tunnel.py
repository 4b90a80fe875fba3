"""A way to a server that a test can cut, slow down or stop, and mend, while the server itself stays for everybody else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

PIECE_BYTES = 65_536


@dataclass(slots=True)
class Tunnel:
    """Carries connections from a port of its own to a server's; what the server says arrives `delay_seconds` later."""

    host: str
    port: int
    own_port: int = 0
    delay_seconds: float = 0.0
    _flowing: asyncio.Event = field(default_factory=asyncio.Event)
    _listening: asyncio.Server | None = None
    _open: set[asyncio.StreamWriter] = field(default_factory=set)

    async def mend(self) -> None:
        """Listen, after a cut on the same port as before; let flow what was held."""
        self._flowing.set()
        if self._listening is not None:
            return
        self._listening = await asyncio.start_server(self._carry, "127.0.0.1", self.own_port)
        self.own_port = self._listening.sockets[0].getsockname()[1]

    def cut(self) -> None:
        """End every connection and take no other."""
        if self._listening is not None:
            self._listening.close()
        self._listening = None
        for writer in list(self._open):
            writer.transport.abort()

    def hold(self) -> None:
        """Let nothing pass, either way, while every connection stays open."""
        self._flowing.clear()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there_reader, there_writer = await asyncio.open_connection(self.host, self.port)
        self._open |= {writer, there_writer}
        try:
            await asyncio.gather(
                self._copy(reader, there_writer, is_answer=False),
                self._copy(there_reader, writer, is_answer=True),
            )
        finally:
            self._open -= {writer, there_writer}

    async def _copy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, is_answer: bool) -> None:
        try:
            while piece := await reader.read(PIECE_BYTES):
                if is_answer:
                    await asyncio.sleep(self.delay_seconds)
                await self._flowing.wait()
                writer.write(piece)
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()


@asynccontextmanager
async def tunnel_to(url: str) -> AsyncIterator[tuple[Tunnel, str]]:
    """Open a tunnel to the server that a URL names; yield it with the URL that leads through it."""
    parts = urlsplit(url)
    assert parts.hostname is not None
    assert parts.port is not None
    tunnel = Tunnel(parts.hostname, parts.port)
    await tunnel.mend()
    try:
        yield tunnel, url.replace(f":{parts.port}/", f":{tunnel.own_port}/")
    finally:
        tunnel.cut()
