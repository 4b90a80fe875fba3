"""The growths as a table with their flatness, and what bends."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tests.measuring.sheets import Sheet, write_report
from tests.profile.server_profile import Figures
from tests.scale.cost import Cost
from tests.scale.ledger import LedgerSpeed
from tests.scale.sweeps import SWEEPS

FLAT_WITHIN = 0.15
WORTH_NAMING_BUFFERS = 1.0
WORTH_NAMING_US = 2.0


@dataclass(frozen=True, slots=True)
class Measured:
    """The cost of a turn at one size of one growth."""

    growth: str
    size: int
    cost: Cost
    sweep: dict[str, float]
    """Shared buffers of each of the sweeper's statements."""


def sheets_of(measured: list[Measured], workers: list[tuple[int, Cost]], ledger: list[LedgerSpeed]) -> list[Sheet]:
    """Return the report's tables."""
    return [
        Sheet("Cost of a turn as the tables grow", COLUMNS, [_row(one, _smallest(measured, one)) for one in measured]),
        Sheet(
            "Shared buffers of one sweep",
            ("growth", "size", *SWEEPS),
            [(one.growth, f"{one.size:,}", *(f"{one.sweep[name]:,.0f}" for name in SWEEPS)) for one in measured],
        ),
        Sheet(
            "What bends, from the smallest size to the largest",
            ("growth", "what", "smallest", "largest"),
            _bends(measured),
        ),
        Sheet(
            "Worker processes",
            ("workers", "CPU a turn", *PROCESSES),
            [(str(count), f"{cost.cpu_us:,.0f}", *_by_process(cost)) for count, cost in workers],
        ),
        Sheet(
            "One ledger process",
            ("events", "a second", "a second of its CPU", "exact"),
            [
                (f"{one.events:,}", f"{one.a_second:,.0f}", f"{one.a_cpu_second:,.0f}", str(one.is_exact))
                for one in ledger
            ],
        ),
    ]


PROCESSES = ("gateway", "worker", "postgres", "redis", "ledger")
COLUMNS = ("growth", "size", "CPU a turn", "ratio", "buffers a turn", "ratio", "flat", *PROCESSES)


def write(sheets: list[Sheet], measured: list[Measured], folder: Path) -> None:
    """Print the tables; write `scale.md` and `scale.json`."""
    folder.mkdir(parents=True, exist_ok=True)
    write_report(
        "Growth (CPU in microseconds a turn; buffers are PostgreSQL's 8 KB pages)", sheets, folder / "scale.md"
    )
    values = [
        {
            "growth": one.growth,
            "size": one.size,
            "cpu_us": one.cost.cpu_us,
            "buffers": one.cost.buffers,
            "buffers_of_a_sweep": one.sweep,
            "cpu_us_by_process": {name: spent / one.cost.turns * 1e6 for name, spent in one.cost.cpu.items()},
        }
        for one in measured
    ]
    (folder / "scale.json").write_text(json.dumps(values, indent=2) + "\n", encoding="utf-8")


def _smallest(measured: Iterable[Measured], of: Measured) -> Cost:
    return next(one.cost for one in measured if one.growth == of.growth)


def _row(one: Measured, first: Cost) -> tuple[str, ...]:
    cpu, buffers = one.cost.cpu_us / first.cpu_us, one.cost.buffers / first.buffers
    is_flat = max(cpu, buffers) <= 1 + FLAT_WITHIN
    figures = (f"{one.cost.cpu_us:,.0f}", f"{cpu:.2f}", f"{one.cost.buffers:,.1f}", f"{buffers:.2f}")
    return (one.growth, f"{one.size:,}", *figures, "yes" if is_flat else "NO", *_by_process(one.cost))


def _by_process(cost: Cost) -> list[str]:
    return [f"{cost.cpu.get(name, 0.0) / cost.turns * 1e6:,.0f}" for name in PROCESSES]


def _bends(measured: list[Measured]) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for growth in dict.fromkeys(one.growth for one in measured):
        costs = [one.cost for one in measured if one.growth == growth]
        first, last = costs[0], costs[-1]
        for name, was, now in _grown(first, last, first.counted.relations, last.counted.relations, 0, 1.0):
            if now - was > WORTH_NAMING_BUFFERS:
                rows.append((growth, f"buffers of {name}", f"{was:,.1f}", f"{now:,.1f}"))
        for name, was, now in _grown(first, last, first.counted.functions, last.counted.functions, 2, 1e3):
            if now - was > WORTH_NAMING_US:
                rows.append((growth, f"microseconds of {name}", f"{was:,.1f}", f"{now:,.1f}"))
    return rows


def _grown(
    first: Cost, last: Cost, before: Figures, after: Figures, place: int, unit: float
) -> list[tuple[str, float, float]]:
    """Return names whose figure a turn grew by more than what counts as flat."""
    each = [
        (name, before[name][place] * unit / first.turns if name in before else 0.0, figures[place] * unit / last.turns)
        for name, figures in after.items()
    ]
    return [(name, was, now) for name, was, now in each if now > was * (1 + FLAT_WITHIN)]
