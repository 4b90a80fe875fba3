"""Usage as rows that people read: names instead of ids, a total that is the sum of the rows. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.dashboard.pages.usage_question import GROUP_WORDS
from shared.domain.key_format import DISPLAY_NAMES

FIGURES = {
    "turns": "Turns",
    "failed_turns": "of them failed",
    "estimated_turns": "of them estimated",
    "input_tokens": "Input tokens",
    "cached_input_tokens": "of them cached",
    "output_tokens": "Output tokens",
    "reasoning_tokens": "of them reasoning",
}
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class UsageTable:
    """Rows of (name, figures), and their sum."""

    group: str
    rows: tuple[tuple[str, Mapping[str, int]], ...]
    total: Mapping[str, int]


def table_of(group: str, rows: Sequence[Mapping[str, Any]], names: Mapping[str, str]) -> UsageTable:
    """Return the rows under the names of what they are grouped by; groups without any figure are left out."""
    shown = [row for row in rows if any(row[figure] for figure in FIGURES)]
    named = tuple((_name(group, row[group], names), {figure: int(row[figure]) for figure in FIGURES}) for row in shown)
    total = {figure: sum(figures[figure] for _, figures in named) for figure in FIGURES}
    return UsageTable(group, named, total)


def csv_of(table: UsageTable) -> str:
    """Return the table as CSV, its total excluded: a sheet sums for itself."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([GROUP_WORDS[table.group], *FIGURES])
    for name, figures in table.rows:
        writer.writerow([_harmless(name), *figures.values()])
    return text.getvalue()


def _name(group: str, value: object, names: Mapping[str, str]) -> str:
    if value is None or value == "":
        return "no key" if group == "key" else "none"
    if group == "provider":
        return DISPLAY_NAMES.get(str(value), str(value))
    return names.get(str(value), str(value))


def _harmless(cell: str) -> str:
    """Return the cell so that no sheet takes it for a formula (OWASP: CSV injection)."""
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell
