"""A completion worker as a process of its own, so that a test may kill it."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from infra.cli.addresses import environment_of
from infra.embedded.free_port import free_port
from shared.settings import Settings

ROOT = Path(__file__).parents[2]


@asynccontextmanager
async def running_worker(settings: Settings) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run `mevichat worker` until the block ends, however the test treats it."""
    own = settings.model_copy(update={"worker_port": free_port()})
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "infra.cli.main",
        "worker",
        env=os.environ | environment_of(own),
        cwd=ROOT,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        await process.wait()
