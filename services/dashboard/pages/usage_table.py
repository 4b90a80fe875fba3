"""Usage as rows that people read: names instead of ids, a total that is the sum of the rows. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from services.dashboard.pages.usage_names import NONE, UsageNames
from services.dashboard.pages.usage_question import GROUP_WORDS

FIGURES = {
    "turns": "Turns",
    "failed_turns": "of them failed",
    "cancelled_turns": "of them cancelled",
    "cache_hits": "of them from the cache",
    "estimated_turns": "of them with estimates",
    "input_tokens": "Input tokens",
    "cached_input_tokens": "of them cached",
    "estimated_input_tokens": "of them estimated",
    "output_tokens": "Output tokens",
    "reasoning_tokens": "of them reasoning",
    "estimated_output_tokens": "of them estimated",
}
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class UsageRow:
    """A group's figures under its name; `value` is what a filter for it names, None where there is no such filter."""

    name: str
    figures: Mapping[str, int]
    value: str | None = None


@dataclass(frozen=True, slots=True)
class UsageTable:
    """Rows and their sum: days in their order, all else by turns, the most first."""

    group: str
    rows: tuple[UsageRow, ...]
    total: Mapping[str, int]


def table_of(group: str, rows: Sequence[Mapping[str, Any]], names: UsageNames) -> UsageTable:
    """Return the rows under the names of what they are grouped by; groups without any figure are left out."""
    made = [_row(group, row, names) for row in rows]
    shown = [row for row in made if any(row.figures.values())]
    if group != "day":
        shown.sort(key=lambda row: (-row.figures["turns"], row.name))
    return UsageTable(group, tuple(shown), sum_of(shown))


def shortened(table: UsageTable, most: int) -> UsageTable:
    """Return the table with at most so many rows, and the rest in one row more: the sum stays the same."""
    rest = table.rows[most:]
    if len(rest) < 2:  # noqa: PLR2004 - one row is not worth hiding
        return table
    return replace(table, rows=(*table.rows[:most], UsageRow(f"{len(rest):,} others", sum_of(rest))))


def hidden_rows(whole: UsageTable, shown: UsageTable) -> int:
    """Return how many rows of the whole table are one row of the shown; 0 where all of them stand there."""
    hidden = len(whole.rows) - len(shown.rows)
    return hidden + 1 if hidden else 0


def sum_of(rows: Iterable[UsageRow]) -> dict[str, int]:
    """Return the rows' figures, added up."""
    total = dict.fromkeys(FIGURES, 0)
    for row in rows:
        for figure in FIGURES:
            total[figure] += row.figures[figure]
    return total


def csv_of(table: UsageTable) -> str:
    """Return the table as CSV, its total excluded: a sheet sums for itself."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([GROUP_WORDS[table.group], *FIGURES])
    for row in table.rows:
        writer.writerow([_harmless(row.name), *row.figures.values()])
    return text.getvalue()


def _row(group: str, row: Mapping[str, Any], names: UsageNames) -> UsageRow:
    value = NONE if row[group] in (None, "") else str(row[group])
    return UsageRow(
        name=names.name_of(group, value),
        figures={figure: int(row[figure]) for figure in FIGURES},
        value=value if value in names.of(group) else None,
    )


def _harmless(cell: str) -> str:
    """Return the cell so that no sheet takes it for a formula (OWASP: CSV injection)."""
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell
