"""The usage table as charts: of turns by how they ended, of tokens by what they were. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from services.dashboard.pages.chart_drawing import BLUE, GREEN, GREY, RED, Series, lying_bars, upright_bars
from services.dashboard.pages.usage_table import UsageRow, UsageTable, shortened, sum_of

MOST_BARS = 8
MOST_DAYS = 120

Figure = Callable[[Mapping[str, int]], int]
Parts = Sequence[tuple[str, tuple[str, str], Figure]]
"""What a bar is made of: each part's name, its colours, and its number in a row."""
TURNS: Parts = (
    ("answered", GREEN, lambda row: row["turns"] - row["failed_turns"] - row["cancelled_turns"]),
    ("failed", RED, lambda row: row["failed_turns"]),
    ("cancelled", GREY, lambda row: row["cancelled_turns"]),
)
TOKENS: Parts = (
    ("input", GREEN, lambda row: row["input_tokens"] - row["estimated_input_tokens"]),
    ("output", BLUE, lambda row: row["output_tokens"] - row["estimated_output_tokens"]),
    ("estimated, input and output", GREY, lambda row: row["estimated_input_tokens"] + row["estimated_output_tokens"]),
)


def turns_chart(table: UsageTable, from_day: date, to_day: date) -> bytes:
    """Return bars of ended turns, the failed and the cancelled apart."""
    return _chart("Turns", TURNS, table, from_day, to_day)


def tokens_chart(table: UsageTable, from_day: date, to_day: date) -> bytes:
    """Return bars of tokens, input and output apart, and estimates apart from what providers reported."""
    return _chart("Tokens", TOKENS, table, from_day, to_day)


def _chart(title: str, parts: Parts, table: UsageTable, from_day: date, to_day: date) -> bytes:
    """Return upright bars by day or week, else lying ones of the largest groups and the rest.

    By day, every day from `from_day` to `to_day` has its place, also one without turns.
    """
    if table.group == "day":
        days = _every_day(table.rows, from_day, to_day)
        rows = _by_week(days) if len(days) > MOST_DAYS else days
        return upright_bars(title, [row.name for row in rows], _series(parts, rows))
    largest = _largest(parts, table)
    return lying_bars(title, [f"{row.name}: {_size(parts, row):,}" for row in largest], _series(parts, largest))


def _series(parts: Parts, rows: Sequence[UsageRow]) -> list[Series]:
    """Return the first two parts, and the third where any row has it."""
    series = [Series(name, colour, [figure(row.figures) for row in rows]) for name, colour, figure in parts]
    return [*series[:2], *(each for each in series[2:] if any(each.values))]


def _largest(parts: Parts, table: UsageTable) -> Sequence[UsageRow]:
    rows = sorted(table.rows, key=lambda row: -_size(parts, row))
    return shortened(replace(table, rows=tuple(rows)), MOST_BARS).rows


def _size(parts: Parts, row: UsageRow) -> int:
    return sum(figure(row.figures) for _, _, figure in parts)


def _every_day(rows: Sequence[UsageRow], from_day: date, to_day: date) -> list[UsageRow]:
    by_day = {row.name: row for row in rows}
    names = [str(from_day + timedelta(days=number)) for number in range((to_day - from_day).days + 1)]
    return [by_day.get(name, UsageRow(name, sum_of(()))) for name in names]


def _by_week(days: Sequence[UsageRow]) -> list[UsageRow]:
    """Return one row for each week, named by its Monday; the first and the last may be parts of weeks."""
    weeks: dict[date, list[UsageRow]] = {}
    for row in days:
        day = date.fromisoformat(row.name)
        weeks.setdefault(day - timedelta(days=day.weekday()), []).append(row)
    return [UsageRow(f"week of {monday}", sum_of(rows)) for monday, rows in weeks.items()]
