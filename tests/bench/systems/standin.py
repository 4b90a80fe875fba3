"""The stand-in as the benchmark holds it: a process of its own that is told how to answer."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from infra.embedded.free_port import free_port
from tests.bench.systems.door import Door, bearer
from tests.bench.systems.process import running_process, until_answers

START_SECONDS = 20


@dataclass(frozen=True, slots=True)
class StandIn:
    """The running stand-in; `manner` is reset by every case that changes it."""

    port: int
    session: aiohttp.ClientSession

    @property
    def base_url(self) -> str:
        """Return what an OpenAI client takes as its base URL."""
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def door(self) -> Door:
        """Return the way past every system, straight to the provider."""
        return Door(bearer("sk-bench"))

    async def set_manner(self, *, latency_seconds: float = 0, chunks: int = 200, gap_seconds: float = 0) -> None:
        """Say how it answers from now on."""
        await self._control(latency_seconds=latency_seconds, chunks=chunks, gap_seconds=gap_seconds)

    async def calls(self) -> int:
        """Return how many chat requests it has seen."""
        return await self._control()

    async def _control(self, **fields: float) -> int:
        async with self.session.post(f"http://127.0.0.1:{self.port}/control", json=fields) as answer:
            return int((await answer.json(content_type=None))["calls"])


@asynccontextmanager
async def running_standin(folder: Path) -> AsyncIterator[StandIn]:
    """Run the stand-in for the length of the block."""
    port, log = free_port(), folder / "standin.log"
    words = [sys.executable, "-m", "tests.bench.systems.standin_server", str(port)]
    async with running_process(words, log) as process, aiohttp.ClientSession() as session:
        await until_answers(f"http://127.0.0.1:{port}/v1/models", process, log, seconds=START_SECONDS)
        yield StandIn(port, session)
