"""A server that nobody asks: it wakes seldom, and yet exits at once when it is told to."""

from __future__ import annotations

import asyncio

import pytest

from shared.serving import server
from shared.serving.limits import RequestLimits
from tests.integration.serving.raw import PATIENCE_SECONDS, served


async def test_a_server_that_is_told_to_exit_does_not_wait_for_its_next_look(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "TICK_SECONDS", 3_600)
    async with asyncio.timeout(PATIENCE_SECONDS):
        async with served(RequestLimits()):
            pass


async def test_a_reply_carries_the_date() -> None:
    async with served(RequestLimits()) as door:
        answer = await door.answer_to(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert b"\r\ndate: " in answer
