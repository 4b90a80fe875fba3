"""The guard's table for people, and the budgets as they would be today."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.guard.budgets import Line, to_toml

FOLDER = Path("build/guard")
HOW_TO_MOVE = (
    f"To move a budget on purpose: copy its line from {FOLDER}/budgets.toml to tests/guard/budgets.toml and say why in "
    "the commit."
)


def show(lines: list[Line], statements: dict[str, dict[str, float]]) -> None:
    """Print every figure beside its budget, then who sent which statement; write today's budgets."""
    console = Console(width=110)
    table = Table("case", "figure, a turn", "today", "budget", "was", "", title="make guard")
    for line in lines:
        budget = line.budget
        known = (f"{budget.at_most:,.2f}", f"{budget.was:,.2f}") if budget else ("none", "")
        table.add_row(line.case, line.figure, f"{line.today:,.2f}", *known, _verdict(line))
    console.print(table)
    table = Table("case", "statement", "a turn")
    for case, counts in statements.items():
        for name, count in sorted(counts.items(), key=lambda item: -item[1]):
            if count:
                table.add_row(case, name, f"{count:,.3f}")
    console.print(table)
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / "budgets.toml").write_text(to_toml(lines), encoding="utf-8")
    console.print(HOW_TO_MOVE)


def _verdict(line: Line) -> str:
    if line.is_over:
        return "OVER"
    return "lower the budget" if line.is_better else "ok"
