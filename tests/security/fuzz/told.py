"""The figures of a run, as text and for whoever reads it later; pure."""

from __future__ import annotations

from collections import defaultdict

from tests.security.fuzz.campaign import Figures


def told(figures: Figures) -> str:
    """Return the figures in one line."""
    statuses = ", ".join(f"{status}: {count:,}" for status, count in sorted(figures.statuses.items()))
    return (
        f"{figures.sent:,} requests to {len(by_operation(figures))} operations and pages, {figures.compared:,} of them "
        f"refused or reading between two digests of all rows; answers {statuses}; {len(figures.problems)} problems"
    )


def by_operation(figures: Figures) -> dict[str, dict[int, int]]:
    """Return how often each operation answered what."""
    table: dict[str, dict[int, int]] = defaultdict(dict)
    for (label, status), count in sorted(figures.answers.items()):
        table[label][status] = count
    return table


def lines(figures: Figures) -> list[str]:
    """Return a line for each operation."""
    return [
        f"{label:60} " + "  ".join(f"{status}: {count}" for status, count in sorted(statuses.items()))
        for label, statuses in by_operation(figures).items()
    ]
