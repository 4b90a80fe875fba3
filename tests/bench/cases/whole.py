"""Whole replies: requests a second, latency, CPU and memory at 1, 64 and 256 clients."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tests.bench.cases.case import Case, Scene, spending
from tests.bench.figures import Figure
from tests.bench.load.wrk import run_wrk

AIMED_CLIENTS = 64
AIMS = {
    "requests per second": "0.75 of Portkey's, 8 times LiteLLM's",
    "CPU per request": "at most 1.5 of Portkey's",
    "p99": "below both",
}
WARM_UP = 0.25
"""The part of a run's length that goes before it, uncounted."""


async def measure_whole(scene: Scene, requests: Sequence[bytes], clients: int) -> list[Figure]:
    """Warm up, then measure so many clients for the scene's length."""
    port = scene.system.port
    await run_wrk(port, requests, clients=clients, seconds=scene.seconds * WARM_UP)
    await scene.until_idle()
    async with spending(scene) as spent:
        run = await run_wrk(port, requests, clients=clients, seconds=scene.seconds)
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


def whole_case(clients: int) -> Case:
    """Return the case of so many clients."""

    async def measure(scene: Scene) -> list[Figure]:
        door = await scene.system.door()
        return await measure_whole(scene, [door.request()], clients)

    return Case("whole", f"whole replies, {clients} client{'s' if clients > 1 else ''}", measure)


WHOLE = tuple(whole_case(clients) for clients in (1, 64, 256))
