"""Results become one table: a column a system, a line a figure, ratios only where both are known."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.bench.figures import Figure, Gap, Measured, Results
from tests.bench.report.machine import Machine
from tests.bench.report.table import lines_of, markdown_table, ratio, shown, unplanned_gaps
from tests.bench.report.write import markdown_report

SYSTEMS = ["ours", "LiteLLM", "Portkey"]


def _results() -> Results:
    ours = (Figure("requests per second", 1200, "/s", "at least 0.75 of Portkey's"), Figure("p99", 20, "ms"))
    return Results(
        measured=[
            Measured("64 clients", "ours", (*ours, Figure("CPU in worker", 650, "µs"))),
            Measured("256 clients", "ours", ours),
            Measured("64 clients", "Portkey", (Figure("requests per second", 1600, "/s"), Figure("p99", 80, "ms"))),
        ],
        gaps=[
            Gap("64 clients", "LiteLLM", "It is not installed."),
            Gap("256 clients", "LiteLLM", "It is not installed."),
        ],
    )


def test_a_line_holds_every_systems_value_and_what_ours_is_to_the_others() -> None:
    first, second, *_ = lines_of(_results(), SYSTEMS)

    assert first.values == (1200, None, 1600)
    assert first.ratios == (None, 0.75)
    assert second.ratios == (None, 0.25)


def test_a_figure_that_only_we_have_leaves_the_others_cells_empty() -> None:
    line = lines_of(_results(), SYSTEMS)[2]

    assert (line.figure, line.values, line.ratios) == ("CPU in worker", (650, None, None), (None, None))


def test_a_case_is_named_on_its_first_line_only() -> None:
    rows = markdown_table(lines_of(_results(), SYSTEMS), SYSTEMS)

    assert rows[0] == "| case | figure | ours | LiteLLM | Portkey | ours : LiteLLM | ours : Portkey | aim |"
    assert (
        rows[2] == "| 64 clients | requests per second, /s | 1,200 |  | 1,600 |  | 0.75 | at least 0.75 of Portkey's |"
    )
    assert rows[3] == "|  | p99, ms | 20.0 |  | 80.0 |  | 0.25 |  |"
    assert all(row.count("|") == rows[0].count("|") for row in rows)


def test_without_ours_there_are_no_ratios() -> None:
    rows = markdown_table(lines_of(_results(), ["Portkey"]), ["Portkey"])

    assert rows[0] == "| case | figure | Portkey | aim |"
    assert all(row.count("|") == rows[0].count("|") for row in rows)


@pytest.mark.parametrize(("ours", "other"), [(None, 1.0), (1.0, None), (1.0, 0.0)])
def test_there_is_no_ratio_to_nothing(ours: float | None, other: float | None) -> None:
    assert ratio(ours, other) is None


@pytest.mark.parametrize(("value", "words"), [(None, ""), (0.0214, "0.02"), (12.34, "12.3"), (1734.4, "1,734")])
def test_a_value_is_written_with_the_figures_that_count(value: float | None, words: str) -> None:
    assert shown(value) == words


def test_a_cell_that_nobody_meant_to_fill_has_a_reason_too() -> None:
    gaps = unplanned_gaps(_results(), SYSTEMS)

    assert [(gap.case, gap.system) for gap in gaps] == [("256 clients", "Portkey")]


def test_the_page_says_when_where_and_why_cells_are_empty() -> None:
    machine = Machine(cores=2, cpu="a CPU", python="3.11.7", postgres="16.14")
    page = markdown_report(_results(), SYSTEMS, machine, datetime(2026, 3, 1, 12, 30, tzinfo=UTC))

    assert "2026-03-01 12:30 UTC. 2 cores of a CPU; Python 3.11.7, PostgreSQL 16.14." in page
    assert "- LiteLLM: 64 clients; 256 clients. It is not installed." in page
