"""One client: what a system adds to the provider's latency."""

from __future__ import annotations

from tests.bench.cases.case import Case, Scene
from tests.bench.figures import Figure
from tests.bench.load.generate import run_job
from tests.bench.load.job import Job
from tests.bench.load.percentiles import percentile
from tests.bench.systems.door import Door
from tests.bench.systems.standin_wire import ANSWER


async def _measure(scene: Scene) -> list[Figure]:
    direct = await _latencies(scene.standin.port, scene.standin.door, scene.seconds / 4)
    door = await scene.system.door()
    await _latencies(scene.system.port, door, scene.seconds / 4)
    ours = await _latencies(scene.system.port, door, scene.seconds)
    base = percentile(direct, 50)
    return [
        Figure("p50 added", percentile(ours, 50) - base, "ms", "at most 5"),
        Figure("p99 added", percentile(ours, 99) - base, "ms", "at most 12"),
        Figure("p50 of the provider alone", base, "ms"),
    ]


async def _latencies(port: int, door: Door, seconds: float) -> list[float]:
    job = Job(port=port, requests_in_turn=(door.request().decode(),), expected=ANSWER, seconds=seconds)
    return (await run_job(job)).whole_ms


ONE_CLIENT = (Case("one", "one client, latency over the provider alone", _measure),)
