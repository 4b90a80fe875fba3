"""Run a job in a generator process and hear what it found."""

from __future__ import annotations

import asyncio
import sys

from tests.bench.figures import NoFigureError
from tests.bench.load.job import Found, Job, found_of


async def run_job(job: Job) -> Found:
    """Return what was found.

    Raises:
        NoFigureError: an answer was wrong, lost or late, or there was none; the message shows the first failure.

    """
    return checked(found_of(await run_generator("tests.bench.load.generator", job.to_json())))


async def run_generator(module: str, job: bytes) -> bytes:
    """Run a generator's module as a process with the job on its standard input; return what it printed.

    Raises:
        NoFigureError: it ended badly.

    """
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", module, stdin=pipe, stdout=pipe)
    output, _ = await process.communicate(job)
    if process.returncode:
        raise NoFigureError(f"The load generator ended with {process.returncode}.")
    return output


def checked(found: Found) -> Found:
    """Return what was found when all of it was right."""
    if found.failures:
        total = len(found.failures) + len(found.whole_ms)
        raise NoFigureError(f"{len(found.failures)} of {total} answers were wrong, the first: {found.failures[0]}")
    if not found.whole_ms:
        raise NoFigureError("Nothing was answered within the run.")
    return found
