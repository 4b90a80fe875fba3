"""Forked processes that run together: what they print is shown, and the end of one is the end of all."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple

from infra.processes.fork import STOPPING, Forked, exit_code, fork, stop_signals_held
from infra.processes.lines import SYSTEM, Lines, LinesOf
from shared.clock import utc_now


class Child(NamedTuple):
    """A running process and the end of a pipe at which it can be heard."""

    process: Forked
    output: int


def run_together(
    programs: Mapping[str, Callable[[], int]], *, grace_seconds: float, once_forked: Callable[[], None]
) -> int:
    """Run each program in a fork until a signal comes or one of them ends; return that one's exit code, 0 for a signal.

    The others are told to stop then, and killed after `grace_seconds`. `once_forked` may start threads. Signals that
    come after the end are passed over: what follows is the way out.
    """
    children: list[Child] = []
    with stop_signals_held():  # until somebody listens who stops what was forked
        try:
            children.extend(_fork(name, program) for name, program in programs.items())
            once_forked()
            return asyncio.run(_tend(children, Lines(list(programs), sys.stdout, utc_now), grace_seconds))
        finally:
            for child in children:
                child.process.kill()
            for number in STOPPING:
                signal.signal(number, signal.SIG_IGN)


def _fork(name: str, program: Callable[[], int]) -> Child:
    reading, writing = os.pipe()
    process = fork(name, program, output=writing)
    os.close(writing)
    return Child(process, reading)


async def _tend(children: Sequence[Child], lines: Lines, grace_seconds: float) -> int:
    asked = _asked_to_stop()
    lives = {asyncio.create_task(_live(child, lines)): child.process for child in children}
    asking = asyncio.create_task(asked.wait())
    await asyncio.wait({asking, *lives}, return_when=asyncio.FIRST_COMPLETED)
    asking.cancel()
    first_ended = next((process for task, process in lives.items() if task.done()), None)
    code = 0 if asked.is_set() or first_ended is None else first_ended.wait()
    await _stop(lives, lines, grace_seconds)
    signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING)  # the loop's handlers end with it
    return exit_code(code)


def _asked_to_stop() -> asyncio.Event:
    asked, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in STOPPING:
        loop.add_signal_handler(number, asked.set)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPPING)
    return asked


async def _live(child: Child, lines: Lines) -> None:
    process, loop = child.process, asyncio.get_running_loop()
    lines.say(SYSTEM, f"{process.name} started (pid={process.pid})")
    try:
        with os.fdopen(child.output, "rb", buffering=0) as output:
            _, printed = await loop.connect_read_pipe(lambda: LinesOf(process.name, lines), output)
            await printed.ended
    except Exception:
        process.kill()  # nobody would hear it any more
        raise
    finally:
        lines.say(SYSTEM, f"{process.name} stopped (code={process.wait()})")


async def _stop(lives: Mapping[asyncio.Task[None], Forked], lines: Lines, grace_seconds: float) -> None:
    for order, seconds in ((signal.SIGTERM, grace_seconds), (signal.SIGKILL, None)):
        running = [task for task in lives if not task.done()]
        for task in running:
            lines.say(SYSTEM, f"sending {order.name} to {lives[task].name} (pid={lives[task].pid})")
            with suppress(ProcessLookupError):
                os.kill(lives[task].pid, order)
        if running:
            await asyncio.wait(running, timeout=seconds)
