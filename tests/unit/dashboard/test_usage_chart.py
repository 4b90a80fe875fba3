"""Usage as charts."""

from __future__ import annotations

import re
import sys
from datetime import date
from typing import Any

from services.dashboard.pages.usage_chart import tokens_chart, turns_chart
from services.dashboard.pages.usage_names import usage_names
from services.dashboard.pages.usage_table import UsageTable, table_of
from shared.domain.catalogue import load_catalogue
from shared.store.usage.read import FIGURES

DAY = date(2026, 3, 1)


def row(bot: str | None, **figures: int) -> dict[str, Any]:
    return {"bot": bot, **dict.fromkeys(FIGURES, 0), **figures}


def table_of_bots(rows: list[dict[str, Any]], names: dict[str, str] | None = None) -> UsageTable:
    return table_of("bot", rows, usage_names(names or {}, {}, load_catalogue()))


def turns_of(table: UsageTable, from_day: date = DAY, to_day: date = DAY) -> str:
    return turns_chart(table, from_day, to_day).decode()


def tokens_of(table: UsageTable) -> str:
    return tokens_chart(table, DAY, DAY).decode()


def legend_of(svg: str) -> list[str]:
    return re.findall(r'<g[^>]*class="legend[^>]*>.*?<text[^>]*>([^<]*)</text>', svg, re.DOTALL)


def values_of(svg: str) -> list[str]:
    """Return what the bars say when they are pointed at, series by series."""
    return re.findall(r'<desc class="value">([^<]*)</desc>', svg)


def test_a_chart_of_many_groups_shows_the_largest_and_one_bar_for_the_others() -> None:
    names = {str(number): f"Bot {number}" for number in range(20)}
    svg = turns_of(table_of_bots([row(bot, turns=int(bot) + 1) for bot in names], names))

    assert "12 others" in svg
    assert "Bot 19" in svg
    assert ">Bot 3<" not in svg


def test_a_cancelled_turn_is_neither_answered_nor_failed() -> None:
    svg = turns_of(table_of_bots([row("1", turns=10, failed_turns=3, cancelled_turns=2)], {"1": "Shop"}))

    assert legend_of(svg) == ["answered", "failed", "cancelled"]
    assert [value.split(":")[-1].strip() for value in values_of(svg)] == ["5", "3", "2"]


def test_tokens_are_told_apart_by_pattern_and_estimates_from_what_was_reported() -> None:
    figures = {"input_tokens": 900, "estimated_input_tokens": 100, "output_tokens": 70, "estimated_output_tokens": 20}
    svg = tokens_of(table_of_bots([row("1", turns=1, **figures)], {"1": "Shop"}))

    assert legend_of(svg) == ["input", "output", "estimated, input and output"]
    assert [value.split(":")[-1].strip() for value in values_of(svg)] == ["800", "50", "120"]
    assert [f'<pattern id="pattern-{number}"' in svg for number in range(3)] == [True] * 3
    assert svg.count('<rect class="paper"') == svg.count('<circle class="paper"') == 1


def test_a_part_that_no_bar_has_is_left_out_of_the_legend() -> None:
    table = table_of_bots([row("1", turns=1, input_tokens=5)], {"1": "Shop"})
    assert legend_of(turns_of(table)) == ["answered", "failed"]
    assert legend_of(tokens_of(table)) == ["input", "output"]


def test_the_bots_with_the_most_tokens_are_shown_whatever_their_turns() -> None:
    names = {str(number): f"Bot {number}" for number in range(20)}
    svg = tokens_of(table_of_bots([row(bot, turns=int(bot) + 1, input_tokens=100 - int(bot)) for bot in names], names))

    assert "Bot 0: 100" in svg
    assert "Bot 19" not in svg


def test_a_chart_by_day_has_a_place_for_a_day_without_turns_and_one_of_a_year_goes_by_weeks() -> None:
    table = table_of("day", [{**row(None, turns=2), "day": DAY}], usage_names({}, {}, load_catalogue()))

    assert "2026-02-27" in turns_of(table, date(2026, 2, 26), date(2026, 3, 2))
    assert "week of 2026-01-05" in turns_of(table, date(2026, 1, 1), date(2026, 12, 31))


def test_a_name_in_a_chart_stays_text() -> None:
    assert "<script" not in turns_of(table_of_bots([row("1", turns=1)], {"1": "<script>alert(1)</script>"}))


def test_the_charts_library_leaves_no_finder_behind_that_makes_imports_warn() -> None:
    turns_of(table_of_bots([row("1", turns=1)]))
    assert not [finder for finder in sys.meta_path if type(finder).__module__ == "pygal"]
