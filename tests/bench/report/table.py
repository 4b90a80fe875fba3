"""A run's results as one table: a line a figure, a column a system, ratios beside them. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tests.bench.figures import Figure, Gap, Results
from tests.measuring.markdown import table_lines

OURS = "ours"
NOT_MEASURED = ""
ONLY_OURS = "The case is not part of what is measured there."


@dataclass(frozen=True, slots=True)
class Line:
    """One figure of one case: a value or None for each system, and what ours is to each other system's."""

    case: str
    figure: str
    unit: str
    target: str
    values: tuple[float | None, ...]
    ratios: tuple[float | None, ...]


def lines_of(results: Results, systems: Sequence[str]) -> list[Line]:
    """Return the lines in the order in which cases and figures were first met."""
    cells: dict[tuple[str, str], dict[str, Figure]] = {}
    for measured in results.measured:
        for figure in measured.figures:
            cells.setdefault((measured.case, figure.name), {})[measured.system] = figure
    cases = list(dict.fromkeys(case for case, _ in cells))
    return [_line(key, cells[key], systems) for case in cases for key in cells if key[0] == case]


def unplanned_gaps(results: Results, systems: Sequence[str]) -> list[Gap]:
    """Return the cells that are empty since nobody meant to fill them: some cases are about ours alone."""
    known = {(found.case, found.system) for found in results.measured}
    known |= {(gap.case, gap.system) for gap in results.gaps}
    cases = dict.fromkeys(found.case for found in results.measured)
    return [Gap(case, system, ONLY_OURS) for system in systems for case in cases if (case, system) not in known]


def ratio(ours: float | None, other: float | None) -> float | None:
    """Return how many times the other's value ours is; None where either is missing or the other is nothing."""
    return None if ours is None or not other else ours / other


def markdown_table(lines: Sequence[Line], systems: Sequence[str]) -> list[str]:
    """Return the table's lines; a case is named once, an empty cell stays empty."""
    others = [f"{OURS} : {system}" for system in systems if system != OURS] if OURS in systems else []
    heads = ["case", "figure", *systems, *others, "aim"]
    rows = []
    case = None
    for line in lines:
        cells = ["" if line.case == case else line.case, _named(line)]
        cells += [shown(value) for value in (*line.values, *(line.ratios if others else ()))]
        rows.append([*cells, line.target])
        case = line.case
    return table_lines(heads, rows, figures=slice(2, -1))


def shown(value: float | None) -> str:
    """Write a value with three figures that count; nothing where there is none."""
    if value is None:
        return NOT_MEASURED
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    return f"{value:,.{digits}f}"


def _named(line: Line) -> str:
    return f"{line.figure}, {line.unit}" if line.unit else line.figure


def _line(key: tuple[str, str], figures: dict[str, Figure], systems: Sequence[str]) -> Line:
    values = {system: figures[system].value for system in systems if system in figures}
    ours, first = values.get(OURS), next(iter(figures.values()))
    return Line(
        case=key[0],
        figure=key[1],
        unit=first.unit,
        target=figures.get(OURS, first).target,
        values=tuple(values.get(system) for system in systems),
        ratios=tuple(ratio(ours, values.get(system)) for system in systems if system != OURS),
    )
