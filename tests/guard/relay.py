"""A relay in front of the provider that counts what passes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

PIECE = 65_536


@dataclass(slots=True)
class Passed:
    """Bytes on the wire, HTTP's own included, and where the relay listens."""

    port: int = 0
    sent: int = 0
    received: int = 0


@asynccontextmanager
async def running_relay(target_port: int) -> AsyncIterator[Passed]:
    """Relay connections to the port of this machine until the block ends."""
    passed, tasks = Passed(), set[asyncio.Task[None]]()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answers, requests = await asyncio.open_connection("127.0.0.1", target_port)
        for work in (_carry(reader, requests, passed, "sent"), _carry(answers, writer, passed, "received")):
            tasks.add(asyncio.create_task(work))

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    passed.port = server.sockets[0].getsockname()[1]
    try:
        yield passed
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, passed: Passed, direction: str) -> None:
    try:
        while piece := await reader.read(PIECE):
            setattr(passed, direction, getattr(passed, direction) + len(piece))
            writer.write(piece)
    finally:
        with suppress(OSError):
            writer.close()
