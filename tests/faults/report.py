"""The runs as a table for people: on the terminal and in `build/faults/report.md`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.faults.beside import MOST_SLOWDOWN, together
from tests.faults.run import Outcome
from tests.measuring.markdown import table_lines

HEADS = (
    *("seed", "faults injected", "turns driven", "lost", "doubled"),
    *("longest recovery", "p95 beside", "minutes", "good"),
)


def write_report(outcomes: Sequence[Outcome], folder: Path) -> None:
    """Print the table and write it with every broken invariant."""
    rows = [*map(_row, outcomes), _sum(outcomes)]
    table = Table(*HEADS, title="make faults")
    for row in rows:
        table.add_row(*row)
    Console().print(table)
    lines = [
        *table_lines(HEADS, rows),
        "",
        *_problems(outcomes),
        "",
        *_ends(outcomes),
    ]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "report.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


def problems_of(outcome: Outcome) -> list[str]:
    """Return one sentence for everything that went wrong."""
    found = [f"{done.fault.kind}: {done.fault.name}: {done.broken}" for done in outcome.done if done.broken]
    return found + [f"{one.invariant}: {one.sentence}" for one in outcome.broken]


def is_good(outcomes: Sequence[Outcome]) -> bool:
    """Tell whether every invariant held: each run's own, and the one that is judged over all of them."""
    return all(outcome.is_good for outcome in outcomes) and _slowdown(outcomes) <= MOST_SLOWDOWN


def _slowdown(outcomes: Sequence[Outcome]) -> float:
    return together(outcome.beside for outcome in outcomes).slowdown


def _row(outcome: Outcome) -> list[str]:
    return [
        str(outcome.seed),
        str(len(outcome.done)),
        f"{outcome.turns:,}",
        str(outcome.lost),
        str(outcome.doubled),
        f"{outcome.longest_recovery_seconds:.1f} s",
        f"{outcome.beside.slowdown:.1f} x",
        f"{outcome.seconds / 60:.1f}",
        "yes" if outcome.is_good else "NO",
    ]


def _sum(outcomes: Sequence[Outcome]) -> list[str]:
    return [
        "all",
        str(sum(len(outcome.done) for outcome in outcomes)),
        f"{sum(outcome.turns for outcome in outcomes):,}",
        str(sum(outcome.lost for outcome in outcomes)),
        str(sum(outcome.doubled for outcome in outcomes)),
        f"{max((outcome.longest_recovery_seconds for outcome in outcomes), default=0):.1f} s",
        f"{_slowdown(outcomes):.1f} x",
        f"{sum(outcome.seconds for outcome in outcomes) / 60:.1f}",
        "yes" if is_good(outcomes) else "NO",
    ]


def _problems(outcomes: Sequence[Outcome]) -> list[str]:
    return [f"- seed {outcome.seed}: {problem}" for outcome in outcomes for problem in problems_of(outcome)]


def _ends(outcomes: Sequence[Outcome]) -> list[str]:
    ends: Counter[str] = sum((outcome.ends for outcome in outcomes), Counter())
    return ["How the turns ended:", "", *(f"- {end}: {turns:,}" for end, turns in ends.most_common())]
