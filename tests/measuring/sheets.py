"""Tables of a report: in the terminal and as Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.measuring.markdown import table_lines

WIDTH = 150


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table of the report."""

    title: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]


def write_report(title: str, sheets: Sequence[Sheet], file: Path) -> None:
    """Print the sheets and write them as Markdown."""
    console, lines = Console(width=WIDTH), [f"# {title}", ""]
    for sheet in sheets:
        table = Table(*sheet.columns, title=sheet.title)
        for row in sheet.rows:
            table.add_row(*row)
        console.print(table)
        lines += [f"## {sheet.title}", "", *table_lines(sheet.columns, sheet.rows), ""]
    file.write_text("\n".join(lines), encoding="utf-8")
