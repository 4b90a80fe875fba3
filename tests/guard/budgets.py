"""What a turn may cost: the budgets of `budgets.toml` against what was counted. Pure, but for the file."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).with_name("budgets.toml")


@dataclass(frozen=True, slots=True)
class Budget:
    """One figure's budget.

    `was` is what it was when the budget was set; `at_most` what it may be. `swing` is the share by which it differs
    from run to run; a figure is over its budget when it is above `at_most` by more than that.
    """

    was: float
    at_most: float
    swing: float


@dataclass(frozen=True, slots=True)
class Line:
    """A figure beside its budget; a figure without one is over it."""

    case: str
    figure: str
    today: float
    budget: Budget | None

    @property
    def is_over(self) -> bool:
        """Tell whether the figure has passed its budget."""
        return self.budget is None or self.today > self.budget.at_most * (1 + self.budget.swing) + SMALLEST

    @property
    def is_better(self) -> bool:
        """Tell whether the budget may be lowered."""
        return self.budget is not None and self.today < self.budget.was * (1 - self.budget.swing) - SMALLEST


SMALLEST = 0.02
"""A statement of the clock's in a run of 200 turns, counted twice: no figure is better known than this."""


def read_budgets(file: Path = FILE) -> dict[str, dict[str, Budget]]:
    """Return the budgets by case and figure."""
    tables = tomllib.loads(file.read_text(encoding="utf-8"))
    return {case: {figure: Budget(**values) for figure, values in figures.items()} for case, figures in tables.items()}


def compare(measured: Mapping[str, Mapping[str, float]], budgets: Mapping[str, Mapping[str, Budget]]) -> list[Line]:
    """Return every figure beside its budget."""
    return [
        Line(case, figure, today, budgets.get(case, {}).get(figure))
        for case, figures in measured.items()
        for figure, today in figures.items()
    ]


def not_measured(measured: Mapping[str, Mapping[str, float]], budgets: Mapping[str, Mapping[str, Budget]]) -> list[str]:
    """Return the budgets that nothing was measured for."""
    return [
        f"{case}.{figure}"
        for case, figures in budgets.items()
        for figure in figures
        if figure not in measured.get(case, {})
    ]


def to_toml(lines: list[Line]) -> str:
    """Return the lines as a new file of budgets: each figure's budget is what it is today, its swing as before."""
    text, case = HEAD, ""
    for line in lines:
        if line.case != case:
            case = line.case
            text += f"\n[{case}]\n"
        today = round(line.today, 2)
        swing = SWING if line.budget is None else line.budget.swing
        text += f"{line.figure} = {{ was = {today}, at_most = {today}, swing = {swing} }}\n"
    return text


SWING = 0.05
HEAD = """\
# What a turn may cost, in counts a turn. `make guard` fails when a figure is above `at_most` by more than its swing.
# To move a budget on purpose: `make guard`, copy what you mean from build/guard/budgets.toml, say why in the commit.
# `was`: the figure when the budget was set. `swing`: the share by which it differs from run to run.
"""
