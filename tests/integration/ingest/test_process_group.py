"""A process is ended whatever state it is in."""

from __future__ import annotations

import asyncio
import signal
import sys
from asyncio.subprocess import PIPE

from services.workers.ingest.process_group import end_group

TALKS = """
import sys
while True:
    sys.stdout.buffer.write(bytes(65_536))
    sys.stdout.flush()
    print("said", file=sys.stderr, flush=True)
"""
FORKS = """
import os, sys, signal
if os.fork() == 0:
    print(os.getpid(), flush=True)
signal.pause()
"""


async def test_a_process_that_has_said_more_than_anybody_read_is_ended() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", TALKS, stdout=PIPE, stderr=PIPE, start_new_session=True
    )
    assert process.stderr is not None
    for _ in range(4):  # by now asyncio holds as much as it takes unread, and listens no more
        await process.stderr.readline()

    async with asyncio.timeout(10):
        await end_group(process)

    assert process.returncode == -signal.SIGKILL


async def test_what_a_process_forked_ends_with_it() -> None:
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", FORKS, stdout=PIPE, start_new_session=True)
    assert process.stdout is not None
    await process.stdout.readline()

    async with asyncio.timeout(10):
        await end_group(process)  # returns at the end of the pipe, which the fork held too

    assert process.returncode == -signal.SIGKILL
    assert process.stdout.at_eof()
