"""Usage as people read it."""

from __future__ import annotations

import csv
import io
from typing import Any

from hypothesis import given, strategies as st

from services.dashboard.pages.usage_names import UsageNames, usage_names
from services.dashboard.pages.usage_table import FIGURES, UsageTable, csv_of, hidden_rows, shortened, sum_of, table_of
from shared.domain.catalogue import load_catalogue
from shared.store.usage.read import FIGURES as STORED

STORED_ROWS = st.lists(st.fixed_dictionaries({name: st.integers(0, 10**12) for name in STORED}), max_size=20)


def named(bots: dict[str, str] | None = None) -> UsageNames:
    return usage_names(bots or {}, {}, load_catalogue())


def row(bot: str | None, **figures: int) -> dict[str, Any]:
    return {"bot": bot, **dict.fromkeys(STORED, 0), **figures}


def table_of_bots(rows: list[dict[str, Any]], names: dict[str, str] | None = None) -> UsageTable:
    return table_of("bot", rows, named(names))


@given(STORED_ROWS, st.integers(0, 20))
def test_the_total_is_the_sum_of_the_rows_that_are_shown_and_of_all_that_came(
    rows: list[dict[str, int]], most: int
) -> None:
    table = table_of_bots([{"bot": str(number), **figures} for number, figures in enumerate(rows)])
    came = {name: sum(figures[name] for figures in rows) for name in STORED}

    assert table.total == sum_of(table.rows) == sum_of(shortened(table, most).rows)
    for name in FIGURES:
        assert table.total[name] == came[name]


def test_a_group_bears_its_name_the_most_used_first_and_one_without_a_figure_is_left_out() -> None:
    table = table_of_bots([row("1", turns=1), row("2"), row("3", turns=3)], {"1": "Shop"})
    assert [each.name for each in table.rows] == ["deleted bot 3", "Shop"]


def test_input_tokens_are_what_the_api_calls_so_with_the_estimates_of_them_beside() -> None:
    (shown,) = table_of_bots([row("1", input_tokens=10, estimated_input_tokens=4)]).rows
    assert (shown.figures["input_tokens"], shown.figures["estimated_input_tokens"]) == (10, 4)


def test_a_long_table_is_shortened_to_its_most_used_rows_and_the_sum_of_the_others() -> None:
    whole = table_of_bots([row(str(number), turns=number) for number in range(1, 8)])
    table = shortened(whole, 2)

    assert (hidden_rows(whole, table), hidden_rows(whole, whole), table.total) == (5, 0, sum_of(table.rows))
    assert [(each.name, each.figures["turns"], each.value) for each in table.rows][2:] == [("5 others", 15, None)]


def test_no_cell_of_the_file_is_a_formula() -> None:
    names = {"1": "=HYPERLINK(1)", "2": "+1", "3": "-1", "4": "@x", "5": "Shop, the best"}
    table = table_of_bots([row(bot, turns=10 - int(bot)) for bot in names], names)

    cells = [line[0] for line in csv.reader(io.StringIO(csv_of(table)))]

    assert cells == ["Bot", "'=HYPERLINK(1)", "'+1", "'-1", "'@x", "Shop, the best"]
