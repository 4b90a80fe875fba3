"""Tables that were written as text: CSV, tabs, or Markdown's bars. Pure."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence

DELIMITERS = ("\t", ";", "|", ",")
FEWEST_ROWS = 3
"""A header and two rows; two lines of prose may well have the same number of commas."""
LONGEST_CELL = 80
RULE = re.compile(r"[\s|:+-]+")
"""The line below a Markdown table's header."""
PROSE_END = (".", "!", "?", ":")


def table_rows(lines: Sequence[str]) -> list[list[str]] | None:
    """Return the cells row by row, the header first, or None when the lines are no table."""
    rows = [line.strip().strip("|") for line in lines if not RULE.fullmatch(line)]
    if len(rows) < FEWEST_ROWS or any(row.endswith(PROSE_END) for row in rows):
        return None
    for delimiter in DELIMITERS:
        if all(delimiter in row for row in rows):
            return _even(rows, delimiter)
    return None


def _even(rows: Sequence[str], delimiter: str) -> list[list[str]] | None:
    try:
        cells = [[cell.strip() for cell in row] for row in csv.reader(rows, delimiter=delimiter, skipinitialspace=True)]
    except csv.Error:
        return None
    is_even = {len(row) for row in cells} == {len(cells[0])}
    is_short = all(len(cell) <= LONGEST_CELL for row in cells for cell in row)
    return cells if is_even and is_short else None
