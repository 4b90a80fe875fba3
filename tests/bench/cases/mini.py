"""Built-in Mini from end to end: questions to a bot with documents, no provider behind it."""

from __future__ import annotations

from pathlib import Path

from infra.cli.demo import DEMO_FILE
from shared.domain.catalogue import MINI
from tests.bench.cases.case import Case, Scene, spending
from tests.bench.figures import Figure, NoFigureError
from tests.bench.load.wrk import run_wrk
from tests.bench.systems.door import Door, bearer

CLIENTS = 64
WARM_UP = 0.25
QUESTIONS = (
    "When is the shop open?",
    "How long does delivery take?",
    "How are provider keys stored?",
    "Can I return a lamp?",
)
"""Of the demo bot, whose documents answer them."""
ANSWERED = "(Source: "
"""What stands in every answer that quotes a document."""
TOKEN = "MEVICHAT_BOT_TOKEN="


async def _measure(scene: Scene) -> list[Figure]:
    if scene.system.data_dir is None:
        raise NoFigureError("It has no model of its own that answers from documents.")
    door = _demo_door(scene.system.data_dir)
    requests = [door.request(question) for question in QUESTIONS]
    await run_wrk(scene.system.port, requests, clients=CLIENTS, seconds=scene.seconds * WARM_UP, expected=ANSWERED)
    await scene.until_idle()
    async with spending(scene) as spent:
        run = await run_wrk(scene.system.port, requests, clients=CLIENTS, seconds=scene.seconds, expected=ANSWERED)
    return [
        Figure("requests per second", run.per_second, "/s"),
        Figure("p50", run.p50_ms, "ms"),
        Figure("p95", run.p95_ms, "ms"),
        Figure("p99", run.p99_ms, "ms"),
        *spent.cpu_figures("request", run.requests),
        Figure("memory after", spent.memory_mb, "MB"),
    ]


def _demo_door(data_dir: Path) -> Door:
    lines = (data_dir / DEMO_FILE).read_text(encoding="utf-8").splitlines()
    token = next(line.removeprefix(TOKEN) for line in lines if line.startswith(TOKEN))
    return Door(bearer(token), model=MINI)


MINI_TURNS = (Case("mini", f"Mini with documents, {CLIENTS} clients", _measure),)
