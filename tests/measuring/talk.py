"""Clients that ask a bot in closed loops: each sends its next question when its last one was answered."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterator
from itertools import count

import aiohttp

QUESTION = {"model": "default", "messages": [{"role": "user", "content": "Which soil do roses like best?"}]}


async def talk(token: str, port: int, *, clients: int, turns: int) -> None:
    """Send so many questions in all; each must be answered well."""
    await _ask_each(token, port, clients, iter(range(turns)))


async def talk_during(work: Awaitable[None], token: str, port: int, *, clients: int) -> int:
    """Send questions for as long as the work takes; return how many were answered."""
    numbers, working = count(), asyncio.ensure_future(work)

    def while_working() -> Iterator[int]:
        while not working.done():
            yield next(numbers)

    await _ask_each(token, port, clients, while_working())
    await working
    return next(numbers)


async def _ask_each(token: str, port: int, clients: int, questions: Iterator[int]) -> None:
    headers = {"Authorization": f"Bearer {token}"}
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(f"http://127.0.0.1:{port}", headers=headers, connector=connector) as session:

        async def one_client() -> None:
            for _ in questions:
                async with session.post("/v1/chat/completions", json=QUESTION) as answer:
                    assert answer.status == 200, await answer.text()
                    assert answer.headers["Mevichat-Turn-Status"] == "completed", await answer.text()

        await asyncio.gather(*(one_client() for _ in range(clients)))
