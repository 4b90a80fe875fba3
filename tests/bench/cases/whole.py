"""Whole replies: requests a second, latency, CPU and memory at 1, 64 and 256 clients."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tests.bench.cases.case import Case, Scene, spending
from tests.bench.figures import Figure, NoFigureError
from tests.bench.load.wrk import run_wrk

AIMED_CLIENTS = 64
AIMS = {
    "requests per second": "0.75 of Portkey's, 8 times LiteLLM's",
    "CPU per request": "at most 1.5 of Portkey's",
    "p99": "below both",
}
SLOW = 3
WARM_UP = 0.25
"""The part of a run's length that goes before it, uncounted."""


async def measure_whole(scene: Scene, requests: Sequence[bytes], clients: int) -> list[Figure]:
    """Warm up, then measure so many clients for the scene's length, or longer where the warm-up saw no answer."""
    is_slow = not await _warm_up(scene, requests, clients)
    await scene.until_idle()
    async with spending(scene) as spent:
        seconds = scene.seconds * (SLOW if is_slow else 1)
        run = await run_wrk(scene.system.port, requests, clients=clients, seconds=seconds)
    aims = AIMS if clients == AIMED_CLIENTS else {}
    figures = [
        Figure("requests per second", run.per_second, "/s"),
        Figure("p50", run.p50_ms, "ms"),
        Figure("p95", run.p95_ms, "ms"),
        Figure("p99", run.p99_ms, "ms"),
        *spent.cpu_figures("request", spent.calls),
        Figure("memory after", spent.memory_mb, "MB"),
    ]
    return [replace(figure, target=aims.get(figure.name, "")) for figure in figures]


async def _warm_up(scene: Scene, requests: Sequence[bytes], clients: int) -> bool:
    """Ask for a while and tell whether it was answered; what is wrong with the answers shows in the run itself."""
    try:
        await run_wrk(scene.system.port, requests, clients=clients, seconds=scene.seconds * WARM_UP)
    except NoFigureError:
        return False
    return True


def whole_case(clients: int) -> Case:
    """Return the case of so many clients."""

    async def measure(scene: Scene) -> list[Figure]:
        door = await scene.system.door()
        return await measure_whole(scene, [door.request()], clients)

    return Case("whole", f"whole replies, {clients} client{'s' if clients > 1 else ''}", measure)


WHOLE = tuple(whole_case(clients) for clients in (1, 64, 256))
