"""The rows as a table for people and as JSON for machines."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.bench.cases import Row


def write_report(rows: list[Row], folder: Path) -> None:
    """Print the table and write `bench.md` and `bench.json` into the folder."""
    folder.mkdir(exist_ok=True)
    (folder / "bench.json").write_text(json.dumps([asdict(row) for row in rows], indent=2) + "\n")
    lines = ["| case | figure | value | unit | target |", "|---|---|---|---|---|"]
    lines += [f"| {row.case} | {row.figure} | {row.value:,.1f} | {row.unit} | {row.target} |" for row in rows]
    (folder / "bench.md").write_text("\n".join(lines) + "\n")
    _print_table(rows)


def _print_table(rows: list[Row]) -> None:
    table = Table("case", "figure", "value", "unit", "target", title="make bench")
    for row in rows:
        table.add_row(row.case, row.figure, f"{row.value:,.1f}", row.unit, row.target)
    Console().print(table)
