"""The benchmark itself, in its smallest form: it starts the product, measures it, and never invents a figure."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.bench.cases.case import Case, Scene
from tests.bench.cases.streams import stream_case
from tests.bench.figures import Figure, Results
from tests.bench.load.generate import run_job
from tests.bench.load.job import Job
from tests.bench.plan import Stage
from tests.bench.run import run_stages
from tests.bench.systems.litellm import LiteLLM
from tests.bench.systems.ours import Ours
from tests.bench.systems.standin import StandIn, running_standin

SECONDS = 0.4


@pytest.fixture
async def standin(tmp_path: Path) -> AsyncIterator[StandIn]:
    async with running_standin(tmp_path) as running:
        yield running


async def _wrong(scene: Scene) -> list[Figure]:
    door = await scene.system.door()
    request = door.request(stream="perhaps").decode()
    await run_job(Job(scene.system.port, (request,), "word", clients=1, requests=1))
    return [Figure("never reached", 1, "")]


async def test_the_product_is_measured_and_its_errors_leave_gaps(standin: StandIn) -> None:
    cases = (Case("wrong", "a question that is refused", _wrong), stream_case("streams", 2, 0, chunks=20))

    results = await run_stages([Stage(Ours(), cases)], standin, seconds=SECONDS)

    (measured,) = results.measured
    figures = {figure.name: figure.value for figure in measured.figures}
    assert figures["streams per second"] > 0
    assert figures["CPU per chunk"] > figures["CPU per chunk in worker"] > 0
    (gap,) = results.gaps
    assert gap.case == "a question that is refused"
    assert "1 of 1 answers were wrong, the first: HTTP/1.1 422" in gap.reason


async def test_a_peer_that_is_absent_leaves_its_cells_empty_with_the_reason(standin: StandIn, tmp_path: Path) -> None:
    stage = Stage(LiteLLM(tmp_path, tmp_path), (stream_case("streams", 2, 0),))

    results = await run_stages([stage], standin, seconds=SECONDS)

    assert results == Results(gaps=results.gaps)
    assert [gap.reason for gap in results.gaps] == ["It is not installed; `make bench-peers` installs it."]
