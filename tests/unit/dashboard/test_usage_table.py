"""Usage as people read it."""

from __future__ import annotations

import csv
import io
import sys
from typing import Any

from hypothesis import given, strategies as st

from services.dashboard.pages.usage_chart import chart_of
from services.dashboard.pages.usage_table import FIGURES, csv_of, table_of

FIGURE_ROWS = st.lists(st.fixed_dictionaries({name: st.integers(0, 10**12) for name in FIGURES}), max_size=20)


def row(bot: str | None, **figures: int) -> dict[str, Any]:
    return {"bot": bot, **dict.fromkeys(FIGURES, 0), **figures}


@given(FIGURE_ROWS)
def test_the_total_is_the_sum_of_the_rows_that_are_shown_and_of_all_that_came(rows: list[dict[str, int]]) -> None:
    table = table_of("bot", [{"bot": str(number), **figures} for number, figures in enumerate(rows)], {})

    for name in FIGURES:
        assert table.total[name] == sum(figures[name] for _, figures in table.rows)
        assert table.total[name] == sum(figures[name] for figures in rows)


def test_a_group_bears_its_name_and_one_without_a_figure_is_left_out() -> None:
    table = table_of("bot", [row("1", turns=3), row("2"), row("3", turns=1)], {"1": "Shop"})
    assert [name for name, _ in table.rows] == ["Shop", "3"]


def test_no_cell_of_the_file_is_a_formula() -> None:
    names = {"1": "=HYPERLINK(1)", "2": "+1", "3": "-1", "4": "@x", "5": "Shop, the best"}
    table = table_of("bot", [row(bot, turns=1) for bot in names], names)

    cells = [line[0] for line in csv.reader(io.StringIO(csv_of(table)))]

    assert cells == ["Bot", "'=HYPERLINK(1)", "'+1", "'-1", "'@x", "Shop, the best"]


def test_a_chart_of_many_groups_shows_the_largest_and_one_bar_for_the_others() -> None:
    names = {str(number): f"Bot {number}" for number in range(20)}
    svg = chart_of(table_of("bot", [row(bot, turns=int(bot) + 1) for bot in names], names)).decode()

    assert "12 others" in svg
    assert "Bot 19" in svg
    assert ">Bot 3<" not in svg


def test_a_name_in_a_chart_stays_text() -> None:
    svg = chart_of(table_of("bot", [row("1", turns=1)], {"1": "<script>alert(1)</script>"})).decode()
    assert "<script" not in svg


def test_the_charts_library_leaves_no_finder_behind_that_makes_imports_warn() -> None:
    chart_of(table_of("bot", [row("1", turns=1)], {}))
    assert not [finder for finder in sys.meta_path if type(finder).__module__ == "pygal"]
