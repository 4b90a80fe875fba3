"""How commands print rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from rich.console import Console
from rich.table import Table
from rich.text import Text

GAP = 2
NARROWEST = 6
"""What any other column keeps, however narrow the terminal is."""


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print rows under their columns; ids stay whole, so that they can be copied, and other columns give way to them."""
    texts = [["" if value is None else str(value) for value in row] for row in rows]
    widths = [_id_width([row[at] for row in texts]) for at in range(len(columns))]
    table = Table(box=None, pad_edge=False)
    for column, width in zip(columns, widths, strict=True):
        table.add_column(column, width=width or None, no_wrap=bool(width), overflow="fold")
    for row in texts:
        # Text, not str: a name is never read as markup
        table.add_row(*map(Text, row))
    needed = sum(width or NARROWEST for width in widths) + GAP * (len(columns) - 1)
    Console(width=max(Console().width, needed)).print(table)


def _id_width(values: Sequence[str]) -> int:
    """Return how wide the column's ids are; 0 where it holds none."""
    return max((len(value) for value in values if _is_id(value)), default=0)


def _is_id(value: str) -> bool:
    try:
        return str(UUID(value)) == value
    except ValueError:
        return False
