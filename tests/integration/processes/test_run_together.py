"""Processes that are forked, shown, and stopped together."""

from __future__ import annotations

import asyncio
import re
import signal
import sys
from asyncio.subprocess import PIPE, STDOUT
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).parents[3]
WITHIN_SECONDS = 30
STARTED = re.compile(r"started \(pid=(\d+)\)")


@asynccontextmanager
async def running(*names: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run the family; whoever of it is left when the block ends is killed."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.integration.processes.family", *names), cwd=ROOT, stdout=PIPE, stderr=STDOUT
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            for child in psutil.Process(process.pid).children():
                child.kill()
            process.kill()
            await process.wait()


async def run(*names: str) -> tuple[int, str]:
    async with running(*names) as process:
        out, _ = await asyncio.wait_for(process.communicate(), WITHIN_SECONDS)
    assert process.returncode is not None
    return process.returncode, out.decode()


async def said_until(process: asyncio.subprocess.Process, *words: str) -> str:
    """Read until each of these words was said."""
    assert process.stdout is not None
    said = ""
    async with asyncio.timeout(WITHIN_SECONDS):
        while not all(word in said for word in words):
            said += (await process.stdout.readline()).decode()
    return said


@pytest.mark.parametrize(("name", "code"), [("fails", 3), ("exits", 4), ("raises", 1), ("ends_itself", 128 + 15)])
async def test_the_end_of_one_ends_all_and_its_code_is_told(name: str, code: int) -> None:
    ended, said = await run("wait", name)
    assert ended == code, said
    assert "sending SIGTERM to wait" in said
    assert not [pid for pid in STARTED.findall(said) if psutil.pid_exists(int(pid))]


async def test_what_a_process_dies_of_is_shown() -> None:
    _, said = await run("raises")
    assert re.search(r"raises \| LookupError: something broke\n", said)


async def test_a_forked_process_has_a_title_and_a_session_of_its_own_and_nothing_of_its_parents() -> None:
    _, said = await run("stands_alone")
    # the fourth file is the folder that it looked into
    assert r"b'mevichat stands_alone\x00' [0, 1, 2] 4 True True" in said


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
async def test_a_signal_ends_all_and_is_no_failure(number: signal.Signals) -> None:
    async with running("wait", "stubborn") as process:
        said = await said_until(process, "deaf", "wait started")
        process.send_signal(number)
        out, _ = await asyncio.wait_for(process.communicate(), WITHIN_SECONDS)
    assert process.returncode == 0, out
    assert b"stubborn stopped (code=-9)" in out
    assert b"wait stopped (code=-15)" in out
    assert not [pid for pid in STARTED.findall(said) if psutil.pid_exists(int(pid))]


async def test_a_signal_that_comes_before_anybody_listens_is_heard() -> None:
    code, said = await run("wait", "early")
    assert (code, "wait stopped" in said) == (0, True)
    assert "the parent's handler" not in said
