"""Whole replies under load, by wrk: a program of its own, in C, with one thread."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from shutil import which
from tempfile import NamedTemporaryFile

from tests.bench.figures import NoFigureError
from tests.bench.load.wrk_output import WholeReplies, read_wrk
from tests.bench.systems.standin_wire import ANSWER

SCRIPT = Path(__file__).with_name("answers.lua")
TIMEOUT_SECONDS = 60
ABSENT = "wrk is not installed; it is Debian's package of that name."


def install_wrk() -> None:
    """Install wrk where it is missing and we may; without it the cases that need it say so."""
    if which("wrk") or os.geteuid() != 0 or not which("apt-get"):
        return
    subprocess.run(["apt-get", "install", "-y", "-qq", "wrk"], check=False, stdout=sys.stderr)


async def run_wrk(
    port: int, requests: Sequence[bytes], *, clients: int, seconds: float, expected: str = ANSWER
) -> WholeReplies:
    """Keep so many clients asking for so long; each sends its next when the last was answered with what is expected."""
    if which("wrk") is None:
        raise NoFigureError(ABSENT)
    with NamedTemporaryFile(prefix="wrk-requests-") as file:
        for request in requests:
            file.write(b"%d\n%b" % (len(request), request))
        file.flush()
        options = ["-t1", f"-c{clients}", f"-d{max(1, round(seconds))}s", f"--timeout={TIMEOUT_SECONDS}s"]
        wrk = await asyncio.create_subprocess_exec(
            "wrk", *options, "-s", SCRIPT, f"http://127.0.0.1:{port}/", "--", file.name, expected,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        output, _ = await wrk.communicate()
    return read_wrk(output.decode(errors="replace"))
