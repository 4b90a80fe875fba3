"""Turns in flight: a provider that takes 20 s, and thousands of callers who wait, in one worker process."""

from __future__ import annotations

import asyncio

from tests.bench.cases.case import Case, Scene
from tests.bench.figures import Figure
from tests.bench.load.generate import run_job
from tests.bench.load.job import Found, Job
from tests.bench.load.percentiles import percentile
from tests.bench.processes import memory_of, use_by_role
from tests.bench.systems.standin_wire import ANSWER

LATENCY_SECONDS = 20
SAMPLE_SECONDS = 1
CROWDED = {"MEVICHAT_CONCURRENCY": "6000"}
"""What the worker process is allowed beyond the default of 1,000."""
WORKER = "worker"


def in_flight_case(turns: int) -> Case:
    """Return the case of so many turns, all sent at once."""

    async def measure(scene: Scene) -> list[Figure]:
        await scene.standin.set_manner(latency_seconds=LATENCY_SECONDS)
        request = (await scene.system.door()).request().decode()
        job = Job(scene.system.port, (request,), ANSWER, clients=turns, requests=turns)
        found, samples = await watched(scene, job)
        own = max(worker for worker, _ in samples)
        return [
            Figure("turns answered", len(found.whole_ms), ""),
            Figure("highest memory of the worker process", own, "MB", "under 500 at 5,000"),
            Figure("highest memory of everything", max(total for _, total in samples), "MB"),
            Figure(
                "added to the provider's latency, p50", percentile(found.whole_ms, 50) - LATENCY_SECONDS * 1000, "ms"
            ),
            Figure(
                "added to the provider's latency, p99", percentile(found.whole_ms, 99) - LATENCY_SECONDS * 1000, "ms"
            ),
        ]

    return Case("in-flight", f"{turns:,} turns of {LATENCY_SECONDS} s in flight", measure)


async def watched(scene: Scene, job: Job) -> tuple[Found, list[tuple[float, float]]]:
    """Run the job; return what it found and, second by second, the memory of the worker and of everything in MB."""
    task, samples = asyncio.create_task(run_job(job)), []
    while True:
        uses = use_by_role(scene.system.pid)
        worker = uses[WORKER].pss_mb if WORKER in uses else memory_of(uses)
        samples.append((worker, memory_of(uses)))
        if task.done():
            return task.result(), samples
        await asyncio.wait([task], timeout=SAMPLE_SECONDS)


IN_FLIGHT = tuple(in_flight_case(turns) for turns in (1_000, 2_000, 5_000))
