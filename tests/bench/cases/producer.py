"""Thirty thousand turns through the producers' library: how fast they are submitted, how fast their ends are heard.

The provider keeps silent while they are submitted, so that the two are measured apart.
"""

from __future__ import annotations

import json

from tests.bench.cases.case import Case, Scene, Spent
from tests.bench.figures import Figure, NoFigureError
from tests.bench.load.generate import run_generator
from tests.bench.load.producing import Produced, ProducerJob
from tests.bench.processes import cpu_between, memory_of, use_by_role

TURNS = 30_000
SILENT_SECONDS = 20


def producer_case(turns: int, silent_seconds: float = SILENT_SECONDS) -> Case:
    """Return the case of so many turns."""

    async def measure(scene: Scene) -> list[Figure]:
        headers = (await scene.system.door()).headers
        token = headers["Authorization"].removeprefix("Bearer ")
        await scene.standin.set_manner(latency_seconds=silent_seconds)
        submitting = await _run(scene, token, turns, hears=False, aim="at least 3,000")
        await scene.standin.set_manner()
        return [*submitting, *await _run(scene, token, turns, hears=True)]

    return Case("producer", f"{turns:,} turns by a producer", measure)


async def _run(scene: Scene, token: str, turns: int, *, hears: bool, aim: str = "") -> list[Figure]:
    job = ProducerJob(str(scene.system.data_dir), token, turns, hears)
    before = use_by_role(scene.system.pid)
    found = Produced(**json.loads(await run_generator("tests.bench.load.producing", job.to_json())))
    after = use_by_role(scene.system.pid)
    if found.refused:
        raise NoFigureError(f"{found.refused} of {turns} turns were {'dead' if hears else 'refused'}.")
    spent = Spent(cpu_between(before, after) | {"producer": found.cpu_seconds}, turns, memory_of(after))
    word = "reply heard" if hears else "turn submitted"
    rate = Figure(f"{'replies heard' if hears else 'turns submitted'} per second", turns / found.seconds, "/s", aim)
    return [rate, *spent.cpu_figures(word, turns)]


PRODUCER = (producer_case(TURNS),)
