"""The end of a process that leads a group of its own."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import suppress


async def end_group(process: asyncio.subprocess.Process) -> None:
    """Kill the process and whatever it has forked, and wait for its end; what it said last is thrown away."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    if process.stdout is not None:
        # a full pipe would stay open; who else reads it (RuntimeError) reads it to its end
        with suppress(OSError, RuntimeError):
            await process.stdout.read()
    await process.wait()
