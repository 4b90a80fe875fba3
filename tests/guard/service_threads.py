"""Each process of a turn's way in a thread of its own, so that what it does can be counted apart."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from threading import Event, Thread, current_thread
from types import FrameType
from typing import Any

import aiohttp
import uvloop

import services.gateway.main
import services.workers.completion.main
import services.workers.ledger.main
from shared.settings import Settings
from tests.servers import until

Run = Callable[[Settings, asyncio.Event], Awaitable[int]]
RUNS: dict[str, Run] = {
    "gateway": services.gateway.main.run,
    "worker": services.workers.completion.main.run,
    "ledger": services.workers.ledger.main.run,
}


class ServiceThread:
    """One process's `run` in a thread with an event loop of its own.

    `calls` counts the functions that its event loop's thread called, Python's and C's, as the interpreter reports
    them: the same work makes the same number on every machine.
    """

    def __init__(self, name: str, run: Run, settings: Settings) -> None:
        self.calls = 0
        self._run = run
        self._settings = settings
        self._has_started = Event()
        self._failure: BaseException | None = None
        self._thread = Thread(target=self._work, name=name)

    async def start(self) -> None:
        """Start, and return once the event loop runs."""
        self._thread.start()
        await asyncio.to_thread(self._has_started.wait)

    async def stop(self) -> None:
        """End the process as a signal would; raise what it raised."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
        await asyncio.to_thread(self._thread.join)
        if self._failure is not None:
            raise self._failure

    def _work(self) -> None:
        sys.setprofile(self._note)
        try:
            uvloop.run(self._main())
        except Exception as error:  # noqa: BLE001 - a thread's edge: `stop` raises it
            self._failure = error
        finally:
            sys.setprofile(None)

    async def _main(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        self._has_started.set()
        await self._run(self._settings, self._stop)

    def _note(self, _frame: FrameType, event: str, _argument: Any) -> None:
        if event in ("call", "c_call"):
            self.calls += 1


@asynccontextmanager
async def running_services(settings: Settings) -> AsyncIterator[dict[str, ServiceThread]]:
    """Run gateway, worker and ledger until the block ends: what a turn passes through, and nothing that runs by the clock."""
    threads = {name: ServiceThread(name, run, settings) for name, run in RUNS.items()}
    for thread in threads.values():
        await thread.start()
    try:
        await until(lambda: _is_ready(settings.gateway_port))
        yield threads
    finally:
        for thread in threads.values():
            await thread.stop()


async def _is_ready(gateway_port: int) -> bool:
    try:
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"http://127.0.0.1:{gateway_port}/health/ready") as answer,
        ):
            return answer.status == 200
    except aiohttp.ClientError:
        return False


def current_service() -> str:
    """Return the name of the process whose thread this is."""
    return current_thread().name
