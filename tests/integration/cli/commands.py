"""How tests run the `mevichat` command: as an operator does, in a process of its own."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from infra.cli.health import is_ready
from infra.embedded.free_port import free_port
from shared.settings import PREFIX

ROOT = Path(__file__).parents[3]
ENDS_WITHIN_SECONDS = 30
READY_WITHIN_SECONDS = 60
PORTS = ("GATEWAY", "DASHBOARD", "WORKER", "BACKGROUND", "SIMULATOR")


@dataclass(frozen=True, slots=True)
class Ended:
    """What a command said and how it ended."""

    code: int
    out: str
    err: str

    @property
    def last_line(self) -> str:
        return self.out.strip().splitlines()[-1]


async def mevichat(*words: str, environment: Mapping[str, str]) -> Ended:
    """Run a command to its end."""
    process = await start(*words, environment=environment, stderr=asyncio.subprocess.PIPE)
    try:
        out, err = await asyncio.wait_for(process.communicate(), ENDS_WITHIN_SECONDS)
    finally:
        if process.returncode is None:
            process.kill()
    return Ended(process.returncode or 0, out.decode(), err.decode())


async def start(
    *words: str,
    environment: Mapping[str, str],
    stdin: int | None = None,
    stderr: int = asyncio.subprocess.STDOUT,
) -> asyncio.subprocess.Process:
    """Start a command and return its process."""
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "infra.cli.main", *words),
        cwd=ROOT,
        env=clean_environment() | dict(environment),
        stdin=stdin,
        stdout=asyncio.subprocess.PIPE,
        stderr=stderr,
    )


@asynccontextmanager
async def running(*words: str, environment: Mapping[str, str]) -> AsyncIterator[asyncio.subprocess.Process]:
    """Start a command, and make sure that it has ended when the block ends."""
    process = await start(*words, environment=environment)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
        async with asyncio.timeout(ENDS_WITHIN_SECONDS):
            await process.communicate()


async def until_ready(url: str, process: asyncio.subprocess.Process) -> None:
    """Wait until a health address answers 200; fail at once when its process has ended."""
    async with asyncio.timeout(READY_WITHIN_SECONDS):
        while not await asyncio.to_thread(is_ready, url):
            assert process.returncode is None, f"it ended with {process.returncode}: {await output_of(process)}"
            await asyncio.sleep(0.05)


async def output_of(process: asyncio.subprocess.Process) -> str:
    """Return what an ended process said."""
    assert process.stdout is not None
    return (await process.stdout.read()).decode()


def free_ports() -> dict[str, str]:
    """Return a free port for every process of the product."""
    return {f"{PREFIX}{name}_PORT": str(free_port()) for name in PORTS}


def clean_environment() -> dict[str, str]:
    """Return this process's variables without settings of the product, and with a terminal wide enough."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    return own | {"COLUMNS": "200", "NO_COLOR": "1"}


def as_words(command: Sequence[object]) -> tuple[str, ...]:
    """Return a command of the compose file as words."""
    return tuple(str(word) for word in command)
