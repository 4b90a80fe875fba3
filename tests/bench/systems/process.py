"""Processes of the benchmark: started with a log of their own, awaited until they answer, stopped at the end."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import aiohttp

from tests.bench.figures import NoFigureError
from tests.servers import is_answered

STOP_SECONDS = 60
POLL_SECONDS = 0.05
LOG_TAIL = 400

Process = asyncio.subprocess.Process


@asynccontextmanager
async def running_process(
    words: Sequence[str | Path], log: Path, *, environment: Mapping[str, str] | None = None
) -> AsyncIterator[Process]:
    """Run a command for the length of the block; what it prints goes to the log."""
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            *words, env=os.environ | (environment or {}), stdout=output, stderr=output, start_new_session=True
        )
        try:
            yield process
        finally:
            await _stop(process)


async def _stop(process: Process) -> None:
    if process.returncode is not None:
        return
    process.send_signal(signal.SIGTERM)
    try:
        async with asyncio.timeout(STOP_SECONDS):
            await process.wait()
    except TimeoutError:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


async def until_answers(url: str, process: Process, log: Path, *, seconds: float) -> float:
    """Wait until a GET of the URL answers 200; return the seconds that it took.

    Raises:
        NoFigureError: the process ended, or the time passed; the message ends with the end of its log.

    """
    loop = asyncio.get_running_loop()
    began = loop.time()
    async with aiohttp.ClientSession() as session:
        while process.returncode is None and loop.time() < began + seconds:
            if await is_answered(session, url):
                return loop.time() - began
            await asyncio.sleep(POLL_SECONDS)
    tail = " ".join(log.read_text(errors="replace")[-LOG_TAIL:].split())
    raise NoFigureError(f"It did not start within {seconds:.0f} s: {tail or 'it printed nothing'}")
