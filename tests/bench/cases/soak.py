"""The soak: 2,000 turns in flight for minutes, and whether memory stays flat."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import mean

from tests.bench.cases.case import Case, Scene
from tests.bench.cases.in_flight import LATENCY_SECONDS, SAMPLE_SECONDS, watched
from tests.bench.figures import Figure, NoFigureError
from tests.bench.load.job import Job
from tests.bench.systems.standin_wire import ANSWER

TURNS = 2_000
MINUTE = round(60 / SAMPLE_SECONDS)


def soak_case(minutes: float) -> Case:
    """Return the case that goes on for so many minutes."""

    async def measure(scene: Scene) -> list[Figure]:
        await scene.standin.set_manner(latency_seconds=LATENCY_SECONDS)
        request = (await scene.system.door()).request().decode()
        seconds = minutes * 60
        job = Job(scene.system.port, (request,), ANSWER, clients=TURNS, seconds=seconds, spread_seconds=LATENCY_SECONDS)
        found, samples = await watched(scene, job)
        return [
            Figure("turns answered", len(found.whole_ms), ""),
            Figure("growth of the worker's memory", growth([worker for worker, _ in samples]), "%", "at most 5"),
            Figure("growth of all memory", growth([total for _, total in samples]), "%"),
            Figure("highest memory of the worker process", max(worker for worker, _ in samples), "MB"),
        ]

    return Case("soak", f"{TURNS:,} turns in flight for {minutes:g} min", measure)


def growth(samples: Sequence[float], minute: int = MINUTE) -> float:
    """Return by how many per cent the mean of the last whole minute in flight passes that of the second minute.

    The first minute fills the process; the last half minute empties it and is left out.

    Raises:
        NoFigureError: there are fewer than three and a half minutes.

    """
    steady = samples[minute : -(minute // 2)]
    if len(steady) < 2 * minute:
        raise NoFigureError("The soak was too short to tell whether memory is flat; give --soak 4 or more.")
    return (mean(steady[-minute:]) / mean(steady[:minute]) - 1) * 100
