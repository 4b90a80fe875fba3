"""What is made of processes and samples: roles, sums, differences, growth."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bench.cases.case import Spent
from tests.bench.cases.soak import growth
from tests.bench.figures import NoFigureError
from tests.bench.plan import GROUPS, SYSTEMS, stages_of
from tests.bench.processes import Use, cpu_between, cpu_of, memory_of, role_of


@pytest.mark.parametrize(
    ("words", "role"),
    [
        ("/v/bin/python -m infra.cli.main gateway", "gateway"),
        ("mevichat background", "background"),
        ("mevichat up (prepares)", "up"),
        ("/v/bin/python -m infra.cli.main up --simulator", "up"),
        ("/v/bin/python -m infra.cli.main up", "up"),
        ("/v/pginstall/bin/postgres -D /d -p 1", "postgres"),
        ("postgres: mevichat postgres 127.0.0.1(1) idle", "postgres"),
        ("/v/bin/redis-server 127.0.0.1:1", "redis-server"),
    ],
)
def test_a_process_is_named_by_what_it_does(words: str, role: str) -> None:
    assert role_of(words) == role


def test_cpu_is_counted_between_two_looks_also_of_what_started_meanwhile() -> None:
    before = {"gateway": Use(50, 1.0)}
    after = {"gateway": Use(60, 1.5), "worker": Use(100, 0.25)}

    assert cpu_between(before, after) == {"gateway": 0.5, "worker": 0.25}
    assert (cpu_of(after), memory_of(after)) == (1.75, 160)


def test_cpu_per_request_is_shown_in_all_and_then_by_role() -> None:
    figures = Spent({"worker": 0.6, "gateway": 0.2, "up": 0.0}).cpu_figures("request", 1000)

    assert [(figure.name, round(figure.value)) for figure in figures] == [
        ("CPU per request", 800),
        ("CPU per request in gateway", 200),
        ("CPU per request in worker", 600),
    ]


def test_growth_leaves_out_the_minute_that_fills_and_the_half_that_empties() -> None:
    samples = [10.0] * 4 + [100.0] * 4 + [102.0] * 4 + [105.0] * 4 + [20.0] * 2

    assert growth(samples, minute=4) == pytest.approx(5.0)


def test_a_soak_that_was_too_short_says_so() -> None:
    with pytest.raises(NoFigureError, match="too short"):
        growth([1.0] * 10, minute=4)


def test_only_the_chosen_cases_of_the_chosen_systems_are_planned(tmp_path: Path) -> None:
    stages = stages_of(["ours", "portkey"], ["streams"], tmp_path, tmp_path)

    assert [stage.system.name for stage in stages] == ["ours", "Portkey, Node 20", "Portkey, Node 24"]
    assert {case.group for stage in stages for case in stage.cases} == {"streams"}


def test_the_soak_is_planned_only_when_minutes_are_given(tmp_path: Path) -> None:
    def labels(minutes: float) -> list[str]:
        stages = stages_of(SYSTEMS, GROUPS, tmp_path, tmp_path, soak_minutes=minutes)
        return [case.label for stage in stages for case in stage.cases]

    assert not any("in flight for" in label for label in labels(0))
    assert "2,000 turns in flight for 10 min" in labels(10)
