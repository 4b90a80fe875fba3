"""The simulator as a process: `mevichat simulator`."""

from __future__ import annotations

import asyncio
import signal

import uvloop

from infra.simulator.server import Simulator
from shared.settings import Settings, load_settings


async def run(settings: Settings, stop: asyncio.Event | None = None) -> int:
    """Serve both providers' APIs until `stop` is set, or SIGTERM or SIGINT when none is given."""
    async with Simulator(port=settings.simulator_port, host=settings.host):
        await (stop or _stopped_by_signal()).wait()
    return 0


def _stopped_by_signal() -> asyncio.Event:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    return stop


if __name__ == "__main__":
    raise SystemExit(uvloop.run(run(load_settings())))
