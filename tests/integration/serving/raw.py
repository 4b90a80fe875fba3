"""Connections byte by byte, and a small application behind the product's own server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from starlette.types import Receive, Scope, Send

from infra.embedded.free_port import free_port
from shared.serving.limits import RequestLimits
from shared.serving.server import build_server

PATIENCE_SECONDS = 20
"""Only how long a failing test takes."""


@dataclass(slots=True)
class Seen:
    """What the application saw."""

    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    left: asyncio.Event = field(default_factory=asyncio.Event)
    go_on: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(frozen=True, slots=True)
class Served:
    """A port, and what came to it."""

    port: int
    seen: Seen

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Open a connection."""
        return await asyncio.open_connection("127.0.0.1", self.port)

    async def answer_to(self, data: bytes, then: bytes = b"", *, pause_seconds: float = 0.02) -> bytes:
        """Send bytes, then a byte of `then` at a time for ever; return all that comes until the connection ends."""
        reader, writer = await self.connect()
        writer.write(data)
        trickling = asyncio.create_task(_trickle(writer, then, pause_seconds)) if then else None
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                return await reader.read()
        finally:
            if trickling is not None:
                trickling.cancel()
            writer.close()


@asynccontextmanager
async def served(limits: RequestLimits) -> AsyncIterator[Served]:
    """Serve an application that echoes bodies; `/stream` waits for `go_on`, `/flood` writes until its reader leaves."""
    seen, port = Seen(), free_port()
    server = build_server(_application(seen), "127.0.0.1", port, limits)
    serving = asyncio.create_task(server.serve())
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not server.started:
            await asyncio.sleep(0.01)
    try:
        yield Served(port, seen)
    finally:
        server.should_exit = True
        seen.go_on.set()
        await serving


async def _trickle(writer: asyncio.StreamWriter, piece: bytes, pause_seconds: float) -> None:
    with suppress(ConnectionError):
        while True:
            for byte in piece:
                writer.write(bytes([byte]))
                await writer.drain()
                await asyncio.sleep(pause_seconds)


def _application(seen: Seen) -> Callable[[Scope, Receive, Send], Awaitable[None]]:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        body = b""
        while (message := await receive())["type"] == "http.request":
            body += message["body"]
            if not message["more_body"]:
                break
        else:
            seen.left.set()
            return
        seen.headers = list(scope["headers"])
        seen.bodies.append(body)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        if scope["path"] == "/stream":
            await send({"type": "http.response.body", "body": b"first", "more_body": True})
            await seen.go_on.wait()
        flooding = asyncio.ensure_future(_flood(send)) if scope["path"] == "/flood" else None
        if flooding is not None:
            await receive()  # the reader has left
            flooding.cancel()
            seen.left.set()
        await send({"type": "http.response.body", "body": body})

    return app


async def _flood(send: Send) -> None:
    while True:
        await send({"type": "http.response.body", "body": b"x" * 65_536, "more_body": True})
