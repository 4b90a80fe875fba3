"""Processes that are forked, shown, and stopped together."""

from __future__ import annotations

import asyncio
import os
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


def pid_of(name: str, said: str) -> int:
    """Return the process that was said to have been started last under this name."""
    return int(re.findall(rf"{name} .*started.* \(pid=(\d+)\)", said)[-1])


@pytest.mark.parametrize(("name", "code"), [("fails", 3), ("exits", 4), ("raises", 1)])
async def test_the_end_of_one_ends_all_and_its_code_is_told(name: str, code: int) -> None:
    ended, said = await run("wait", name)
    assert ended == code, said
    assert "sending SIGTERM to wait" in said
    assert said.endswith(
        f"Everything stopped because {name} ended with exit code {code}. "
        "Nothing that was accepted is lost: mend what the lines above show, then start it again the same way.\n"
    )
    assert not [pid for pid in STARTED.findall(said) if psutil.pid_exists(int(pid))]


async def test_one_that_is_killed_starts_again_and_the_others_run_on() -> None:
    async with running("wait", "leant_on") as process:
        first = pid_of("wait", await said_until(process, "leant_on started"))
        os.kill(first, signal.SIGKILL)
        second = pid_of("wait", said := await said_until(process, "started again"))
        os.kill(second, signal.SIGSEGV)
        said += await said_until(process, "SIGSEGV")
        process.send_signal(signal.SIGTERM)
        out, _ = await asyncio.wait_for(process.communicate(), WITHIN_SECONDS)
    assert process.returncode == 0, out
    assert f"wait was killed by SIGKILL; started again (pid={second})" in said
    assert (second != first, "leant_on stopped" in said) == (True, False)


async def test_one_that_is_started_again_has_nothing_of_its_parents_but_its_title_and_dies_by_its_own_signals() -> None:
    async with running("stands_alone_when_again") as process:
        first = pid_of("stands_alone_when_again", await said_until(process, "waits"))
        os.kill(first, signal.SIGKILL)
        out, _ = await asyncio.wait_for(process.communicate(), WITHIN_SECONDS)
    assert rb"b'mevichat stands_alone_when_again\x00' [0, 1, 2] 4 True True" in out


async def test_one_that_is_killed_again_and_again_ends_all_with_a_sentence() -> None:
    ended, said = await run("wait", "ends_itself")
    assert ended == 128 + signal.SIGTERM
    assert said.count("ends_itself was killed by SIGTERM; started again") == 5
    assert "because ends_itself was killed by SIGTERM after 5 new starts within a minute. Nothing" in said
    assert "wait stopped (code=-15)" in said


async def test_the_end_of_one_is_noticed_though_what_it_started_still_holds_its_output() -> None:
    async with running("leaves_one_behind") as process:
        await said_until(process, "started again")


async def test_the_end_of_a_server_ends_all_with_a_sentence() -> None:
    async with running("wait", "server") as process:
        await said_until(process, "wait started")
        (server,) = [each for each in psutil.Process(process.pid).children() if each.name() == "sleep"]
        server.kill()
        out, _ = await asyncio.wait_for(process.communicate(), WITHIN_SECONDS)
    assert process.returncode == 128 + signal.SIGKILL
    assert b"A server was killed by SIGKILL; everything stops\n" in out
    assert b"because A server was killed by SIGKILL. Nothing that was accepted is lost" in out.splitlines()[-1]


async def test_one_that_others_lean_on_is_told_to_stop_when_they_have_ended() -> None:
    async with running("leant_on", "stubborn") as process:
        await said_until(process, "deaf", "leant_on started")
        process.send_signal(signal.SIGINT)
        out, _ = await asyncio.wait_for(process.communicate(), WITHIN_SECONDS)
    said = out.decode()
    assert said.index("stubborn stopped (code=-9)") < said.index("sending SIGTERM to leant_on")
    assert "leant_on stopped (code=-15)" in said


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
