"""One run: start each system in turn, measure its cases, say what was found as it is found."""

from __future__ import annotations

import time
from collections.abc import Sequence

from tests.bench.cases.case import Case, Scene
from tests.bench.figures import Gap, Measured, NoFigureError, Results
from tests.bench.plan import Stage
from tests.bench.report.table import shown
from tests.bench.systems.standin import StandIn

SHOWN_FIGURES = 4


async def run_stages(stages: Sequence[Stage], standin: StandIn, *, seconds: float) -> Results:
    """Measure everything. A case that fails leaves a gap with its reason, and the next one begins."""
    results = Results()
    for stage in stages:
        try:
            async with stage.system.running(standin) as system:
                for case in stage.cases:
                    await _measure(case, Scene(system, standin, seconds), results)
        except NoFigureError as failure:
            done = {measured.case for measured in results.measured if measured.system == stage.system.name}
            for case in stage.cases:
                if case.label not in done:
                    _note_gap(results, Gap(case.label, stage.system.name, str(failure)))
    return results


async def _measure(case: Case, scene: Scene, results: Results) -> None:
    began = time.monotonic()
    try:
        figures = tuple(await case.measure(scene))
    except NoFigureError as failure:
        _note_gap(results, Gap(case.label, scene.system.name, str(failure)))
        return
    finally:
        await scene.standin.set_manner()
    results.measured.append(Measured(case.label, scene.system.name, figures))
    # what people want to see at once; the report has the rest
    said = ", ".join(f"{figure.name} {shown(figure.value)} {figure.unit}" for figure in figures[:SHOWN_FIGURES])
    print(f"{scene.system.name:8} {case.label}: {said} ({time.monotonic() - began:.0f} s)", flush=True)  # noqa: T201


def _note_gap(results: Results, gap: Gap) -> None:
    results.gaps.append(gap)
    print(f"{gap.system:8} {gap.case}: no figure. {gap.reason}", flush=True)  # noqa: T201 - it is what people run this for
