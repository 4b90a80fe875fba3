"""An answer that comes piece by piece ends with its last piece, or when its caller leaves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import pytest

from services.gateway.event_stream import EventStream


class Caller:
    """What a server would do with the answer; it leaves when told to."""

    def __init__(self) -> None:
        self.sent: list[Any] = []
        self.got_body = asyncio.Event()
        self.leaves = asyncio.Event()

    async def receive(self) -> dict[str, Any]:
        await self.leaves.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        self.sent.append(message)
        if message.get("body"):
            self.got_body.set()


async def test_the_pieces_leave_in_order_and_the_last_message_ends_the_answer() -> None:
    async def pieces() -> AsyncGenerator[bytes, None]:
        yield b"a"
        yield b"b"

    caller = Caller()
    await EventStream(pieces())({}, caller.receive, caller.send)
    start, *bodies = caller.sent
    assert (b"content-type", b"text/event-stream; charset=utf-8") in start["headers"]
    assert [(one["body"], one["more_body"]) for one in bodies] == [(b"a", True), (b"b", True), (b"", False)]


async def test_a_caller_that_leaves_closes_what_it_followed() -> None:
    closed = asyncio.Event()

    async def pieces() -> AsyncGenerator[bytes, None]:
        try:
            yield b"a"
            await asyncio.Event().wait()
        finally:
            closed.set()

    caller = Caller()
    answering = asyncio.create_task(EventStream(pieces())({}, caller.receive, caller.send))
    async with asyncio.timeout(5):
        await caller.got_body.wait()
        caller.leaves.set()
        await answering
    assert closed.is_set()


async def test_a_failure_on_the_way_is_the_servers_to_hear() -> None:
    async def pieces() -> AsyncGenerator[bytes, None]:
        yield b"a"
        raise KeyError

    caller = Caller()
    with pytest.raises(KeyError):
        await EventStream(pieces())({}, caller.receive, caller.send)
