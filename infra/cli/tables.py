"""How commands print rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print rows under their columns; ids stay whole, so that they can be copied."""
    table = Table(box=None, pad_edge=False)
    for column in columns:
        table.add_column(column, no_wrap=column == "id", overflow="fold")
    for row in rows:
        # Text, not str: a name is never read as markup
        table.add_row(*(Text("" if value is None else str(value)) for value in row))
    Console().print(table)
