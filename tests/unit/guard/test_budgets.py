from __future__ import annotations

from pathlib import Path

from tests.guard.budgets import Budget, compare, not_measured, read_budgets, to_toml

BUDGETS = {"one_client": {"statements": Budget(was=4.0, at_most=4.0, swing=0.1)}}


def test_a_figure_within_its_swing_is_within_its_budget() -> None:
    (line,) = compare({"one_client": {"statements": 4.4}}, BUDGETS)

    assert not line.is_over
    assert not line.is_better


def test_a_figure_above_its_swing_is_over_its_budget() -> None:
    (line,) = compare({"one_client": {"statements": 4.5}}, BUDGETS)

    assert line.is_over


def test_a_figure_well_below_what_it_was_may_have_a_lower_budget() -> None:
    (line,) = compare({"one_client": {"statements": 3.5}}, BUDGETS)

    assert line.is_better
    assert not line.is_over


def test_a_figure_without_a_budget_is_over_it() -> None:
    (line,) = compare({"one_client": {"commands": 1.0}}, BUDGETS)

    assert line.is_over


def test_a_budget_without_a_figure_is_named() -> None:
    assert not_measured({"one_client": {}}, BUDGETS) == ["one_client.statements"]


def test_todays_budgets_are_a_file_that_is_read_as_written(tmp_path: Path) -> None:
    file = tmp_path / "budgets.toml"

    file.write_text(to_toml(compare({"one_client": {"statements": 3.5, "commands": 1.004}}, BUDGETS)))

    assert read_budgets(file) == {
        "one_client": {"statements": Budget(3.5, 3.5, 0.1), "commands": Budget(1.0, 1.0, 0.05)},
    }
