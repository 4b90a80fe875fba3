"""Streamed replies of 200 chunks: as fast as they come, and at the pace of a model."""

from __future__ import annotations

from dataclasses import replace

from tests.bench.cases.case import Case, Scene, spending
from tests.bench.figures import Figure
from tests.bench.load.generate import run_job
from tests.bench.load.job import Found, Job
from tests.bench.load.percentiles import percentile
from tests.bench.systems.door import Door
from tests.bench.systems.standin_wire import WORD

CHUNKS = 200
PACED_GAP_SECONDS = 0.02
"""Fifty chunks a second, four seconds a stream."""


async def measure_streams(scene: Scene, clients: int, *, gap_seconds: float, chunks: int = CHUNKS) -> list[Figure]:
    """Measure so many streams at once; the time to the first token is compared with the stand-in's own."""
    await scene.standin.set_manner(chunks=chunks, gap_seconds=gap_seconds)
    length = gap_seconds * chunks
    seconds = max(scene.seconds, 2 * length)
    door = await scene.system.door()
    direct = await run_job(_job(scene.standin.port, scene.standin.door, clients, chunks, seconds / 4, length))
    job = _job(scene.system.port, door, clients, chunks, seconds, length)
    await run_job(replace(job, seconds=scene.seconds / 4))
    await scene.until_idle()
    async with spending(scene) as spent:
        found = await run_job(job)
    added = {
        percent: percentile(found.first_ms, percent) - percentile(direct.first_ms, percent) for percent in (50, 99)
    }
    return [
        *([] if gap_seconds else [Figure("streams per second", found.per_second, "/s")]),
        Figure("time to first token added, p50", added[50], "ms", "at most 15"),
        Figure("time to first token added, p99", added[99], "ms"),
        *_lengths(found, length),
        *spent.cpu_figures("chunk", spent.calls * chunks, target="a tenth of LiteLLM's, at most Portkey's"),
        Figure("memory after", spent.memory_mb, "MB"),
    ]


def _lengths(found: Found, length: float) -> list[Figure]:
    return [Figure("whole stream, p50", percentile(found.whole_ms, 50) - length * 1000, "ms over the provider's pace")]


def _job(port: int, door: Door, clients: int, chunks: int, seconds: float, length: float) -> Job:
    request = door.request(stream=True).decode()
    return Job(
        port=port,
        requests_in_turn=(request,),
        expected=WORD,
        times=chunks,
        clients=clients,
        seconds=seconds,
        # so that streams do not begin in step for ever
        spread_seconds=length,
    )


def stream_case(group: str, clients: int, gap_seconds: float, chunks: int = CHUNKS) -> Case:
    """Return the case of so many streams at once."""

    async def measure(scene: Scene) -> list[Figure]:
        return await measure_streams(scene, clients, gap_seconds=gap_seconds, chunks=chunks)

    pace = f"{1 / gap_seconds:.0f} chunks a second" if gap_seconds else "all chunks at once"
    return Case(group, f"{clients} streams of {chunks} chunks, {pace}", measure)


STREAMS = tuple(stream_case("streams", clients, 0) for clients in (16, 64))
PACED = tuple(stream_case("paced", clients, PACED_GAP_SECONDS) for clients in (16, 64))
