"""Clients that ask a bot in closed loops: each sends its next question when its last one was answered."""

from __future__ import annotations

import asyncio

import aiohttp

QUESTION = {"model": "default", "messages": [{"role": "user", "content": "Which soil do roses like best?"}]}


async def talk(token: str, port: int, *, clients: int, turns: int) -> None:
    """Send so many questions in all; each must be answered well."""
    left = iter(range(turns))
    headers = {"Authorization": f"Bearer {token}"}
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(f"http://127.0.0.1:{port}", headers=headers, connector=connector) as session:

        async def one_client() -> None:
            for _ in left:
                async with session.post("/v1/chat/completions", json=QUESTION) as answer:
                    assert answer.status == 200, await answer.text()
                    assert answer.headers["Mevichat-Turn-Status"] == "completed", await answer.text()

        await asyncio.gather(*(one_client() for _ in range(clients)))
