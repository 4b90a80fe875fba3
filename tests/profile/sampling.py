"""py-spy on running processes: where their CPU goes, as stacks and as a flame graph."""

from __future__ import annotations

import asyncio
import shutil
import sys
from pathlib import Path

SAMPLES_A_SECOND = 200
"""Only whoever holds the interpreter's lock is seen: a thread that waits for a socket or a queue is not at work."""


class NoSamplerError(Exception):
    """Raised when py-spy is missing or may not look into processes."""


def sampler() -> str:
    """Return the program; it is installed beside this Python, or stands on the PATH."""
    found = shutil.which("py-spy", path=str(Path(sys.executable).parent)) or shutil.which("py-spy")
    if found is None:
        raise NoSamplerError("py-spy was not found; install requirements/check.txt.")
    return found


async def sample(pid: int, seconds: int, kind: str, file: Path) -> None:
    """Write what the process does for so many seconds; `kind` is `raw` or `flamegraph`."""
    options = [
        "--gil",
        "--full-filenames",
        "--rate",
        str(SAMPLES_A_SECOND),
        "--duration",
        str(seconds),
        "--format",
        kind,
    ]
    process = await asyncio.create_subprocess_exec(
        sampler(),
        "record",
        *options,
        "--output",
        file,
        "--pid",
        str(pid),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    _, said = await process.communicate()
    if process.returncode:
        raise NoSamplerError(
            f"py-spy could not look into process {pid}: {said.decode(errors='replace').strip()[-300:]}"
        )
