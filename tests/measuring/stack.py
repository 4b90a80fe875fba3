"""The product's processes as `mevichat up` runs them, on servers of their own, each with its pid."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import aiohttp

from infra.cli.addresses import PORT_SETTINGS, environment_of
from infra.embedded.free_port import free_port
from infra.embedded.postgres import EmbeddedPostgres
from infra.embedded.redis import EmbeddedRedis
from shared.settings import Settings
from tests.servers import is_answered, until

ROOT = Path(__file__).parents[2]
READY_WITHIN_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Servers:
    """A running PostgreSQL and Redis, and a migrated database."""

    postgres: EmbeddedPostgres
    redis: EmbeddedRedis
    database_url: str


@dataclass(frozen=True, slots=True)
class Program:
    """One process of the product."""

    name: str
    pid: int


@dataclass(frozen=True, slots=True)
class Stack:
    """Everything that runs: the product's programs and the servers beneath them."""

    settings: Settings
    programs: tuple[Program, ...]

    def pids_of(self, name: str) -> list[int]:
        """Return the pids of all processes of that name."""
        return [program.pid for program in self.programs if program.name == name]


@asynccontextmanager
async def running_stack(settings: Settings, names: Sequence[str], servers: Servers) -> AsyncIterator[Stack]:
    """Start these programs, a name as often as it stands there, and stop them when the block ends.

    The simulator listens on the settings' port; every other program's health door gets a port of its own.
    """
    async with AsyncExitStack() as running:
        started = [(name, *await _start(name, settings)) for name in names]
        for _, process, _ in started:
            running.push_async_callback(_stop, process)
        for _, process, port in started:
            await until(partial(_is_ready, process, port), seconds=READY_WITHIN_SECONDS)
        programs = [Program(name, process.pid) for name, process, _ in started]
        programs += [Program("postgres", _pid(servers.postgres)), Program("redis", _pid(servers.redis))]
        yield Stack(settings, tuple(programs))


async def _start(name: str, settings: Settings) -> tuple[asyncio.subprocess.Process, int]:
    setting = PORT_SETTINGS[name]
    port = getattr(settings, setting) if name in ("gateway", "simulator") else free_port()
    own = settings.model_copy(update={setting: port, "log_level": "warning"})
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "infra.cli.main", name, env=os.environ | environment_of(own), cwd=ROOT
    )
    return process, port


async def _stop(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.send_signal(signal.SIGTERM)
    await process.wait()


async def _is_ready(process: asyncio.subprocess.Process, port: int) -> bool:
    if process.returncode is not None:
        message = f"a process ended with {process.returncode} before it was ready"
        raise RuntimeError(message)
    async with aiohttp.ClientSession() as session:
        return await is_answered(session, f"http://127.0.0.1:{port}/health/ready")


def _pid(server: EmbeddedPostgres | EmbeddedRedis) -> int:
    assert server._process is not None
    return server._process.pid
