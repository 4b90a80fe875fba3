"""The fault suite's short form: one seed, every kind of fault at least once, the same invariants."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.report import problems_of
from tests.faults.run import Plan, run_seed
from tests.faults.schedule import ALL, schedule

SEED = 1
TURNS = 400
SLOW_MACHINE_SECONDS = 60.0
"""Nobody's time is judged here: a machine that runs other tests beside it may be slow, never wrong."""


@pytest.mark.campaign
async def test_every_fault_under_load_loses_nothing_and_doubles_nothing(tmp_path: Path) -> None:
    plan = Plan(SEED, TURNS, schedule(SEED), tmp_path, quick=True, unclaimed_limit_seconds=SLOW_MACHINE_SECONDS)

    outcome = await run_seed(plan)

    assert problems_of(outcome) == []
    assert len(outcome.done) == len(ALL)
    assert outcome.turns >= TURNS
    assert (outcome.lost, outcome.doubled) == (0, 0)
