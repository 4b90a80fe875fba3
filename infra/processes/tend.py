"""Forked processes that run together: what they print is shown, who is killed starts again, who ends ends all."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import Callable, Collection, Coroutine, Iterable, Mapping
from contextlib import suppress
from typing import Any

from infra.processes.child import Child
from infra.processes.ends import End, farewell, farewell_of_server, starts_again
from infra.processes.fork import FAILED_EXIT, STOPPING, exit_code, stop_signals_held
from infra.processes.lines import SYSTEM, Lines
from shared.clock import utc_now

Program = Callable[[], int]
"""What a fork runs; it returns the exit code."""
Server = Callable[[], int | None]
"""Tells the exit code of a server that is not forked here, None while it runs."""


def run_together(
    programs: Mapping[str, Program],
    *,
    grace_seconds: float,
    once_forked: Callable[[], Coroutine[Any, Any, None]],
    servers: Mapping[str, Server],
    stopped_last: Collection[str] = (),
) -> int:
    """Run each program in a fork until a signal comes, one ends by itself, or a server ends.

    Returns that one's exit code, 0 for a signal. A program that a signal killed is forked anew, unless that happens
    too often. The others are told to stop at the end, and killed after `grace_seconds`; those of `stopped_last` only
    then. What `once_forked` returns runs beside them. It may start no thread, for there are forks to come. Signals
    that come after the end are passed over: what follows is the way out.
    """
    lines, children = Lines(list(programs), sys.stdout, utc_now), dict[str, Child]()
    with stop_signals_held():  # until somebody listens who stops what was forked
        try:
            children |= {name: Child(name, program) for name, program in programs.items()}
            tending = _Tending(children, servers, lines)
            with asyncio.Runner() as runner:
                runner.run(tending.begin(once_forked()))
                last_words, code = _tend(runner, tending, programs)
                runner.run(tending.stop([name for name in programs if name not in stopped_last], grace_seconds))
                runner.run(tending.stop(stopped_last, grace_seconds))
                signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING)  # the loop's handlers end with it
            if last_words:
                lines.say(SYSTEM, last_words)
            return code
        finally:
            for child in children.values():
                child.process.kill()
            for number in STOPPING:
                signal.signal(number, signal.SIG_IGN)


def _tend(runner: asyncio.Runner, tending: _Tending, programs: Mapping[str, Program]) -> tuple[str, int]:
    """Tend until all must stop; return what is said last, if anything, and the exit code."""
    started_again_at: dict[str, list[float]] = {name: [] for name in programs}
    while (end := runner.run(tending.next_end())) is not None:
        if end.name not in programs:
            return farewell_of_server(end), exit_code(end.code) or FAILED_EXIT
        now = time.monotonic()
        if not starts_again(end, started_again_at[end.name], now):
            return farewell(end), exit_code(end.code)
        started_again_at[end.name].append(now)
        child = Child(end.name, programs[end.name])  # here no loop runs, as at the first fork
        runner.run(tending.replace(end, child))
    return "", 0


class _Tending:
    """Hears the children, their ends and the signals, in an event loop that rests whenever one is forked."""

    def __init__(self, children: dict[str, Child], servers: Mapping[str, Server], lines: Lines) -> None:
        self._children, self._servers, self._lines = children, servers, lines
        self._is_asked = False
        self._news = asyncio.Event()

    async def begin(self, beside: Coroutine[Any, Any, None]) -> None:
        """Listen to signals and to the children, and start what runs beside."""
        loop = asyncio.get_running_loop()
        for number in STOPPING:
            loop.add_signal_handler(number, self._ask)
        loop.add_signal_handler(signal.SIGCHLD, self._news.set)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPPING)
        self._beside = loop.create_task(beside)
        for child in self._children.values():
            self._lines.say(SYSTEM, f"{child.name} started (pid={child.process.pid})")
            await child.hear(self._lines)

    async def next_end(self) -> End | None:
        """Wait until a child or a server has ended; None when all were asked to stop."""
        while not self._is_asked:
            self._news.clear()
            for name, server in self._servers.items():
                if (code := server()) is not None:
                    end = End(name, code)
                    self._lines.say(SYSTEM, f"{name} {end.how}; everything stops")
                    return end
            for child in self._children.values():
                if (code := child.process.poll()) is not None:
                    return End(child.name, code)
            await self._news.wait()
        return None

    async def replace(self, end: End, child: Child) -> None:
        """Tend this child in the place of the one that has ended."""
        await self._children[end.name].hear_out()
        self._children[end.name] = child
        self._lines.say(SYSTEM, f"{end.name} {end.how}; started again (pid={child.process.pid})")
        await child.hear(self._lines)

    async def stop(self, names: Iterable[str], grace_seconds: float) -> None:
        """Tell these to stop, and kill who has not after that time."""
        running = {name: self._children[name] for name in names}
        for order, seconds in ((signal.SIGTERM, grace_seconds), (signal.SIGKILL, None)):
            await self._say_stopped(running)
            for child in running.values():
                self._lines.say(SYSTEM, f"sending {order.name} to {child.name} (pid={child.process.pid})")
                with suppress(ProcessLookupError):
                    os.kill(child.process.pid, order)
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._until_stopped(running)

    async def _until_stopped(self, running: dict[str, Child]) -> None:
        while running:
            self._news.clear()
            await self._say_stopped(running)
            if running:
                await self._news.wait()

    async def _say_stopped(self, running: dict[str, Child]) -> None:
        """Take those that have ended out, with their last lines."""
        for child in [each for each in running.values() if each.process.poll() is not None]:
            del running[child.name]
            await child.hear_out()
            self._lines.say(SYSTEM, f"{child.name} stopped (code={child.process.code})")

    def _ask(self) -> None:
        self._is_asked = True
        self._news.set()
