"""What one workspace's trouble does to the others: their answers' times beside it, and in the calm just before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import quantiles

from tests.faults.clients import Timing

BYSTANDERS = ("calm", "narrow", "limited")
MOST_SLOWDOWN = 2.0
"""Of a whole campaign: what else the machine does in one window is not in all of them."""


@dataclass(frozen=True, slots=True)
class Beside:
    """Seconds of bystanders' whole answers. Each window of trouble has one of calm right before it."""

    in_calm: list[float] = field(default_factory=list)
    in_trouble: list[float] = field(default_factory=list)

    @property
    def slowdown(self) -> float:
        """Return their p95 in trouble as a multiple of that in calm; 0 where too little is known."""
        if min(len(self.in_calm), len(self.in_trouble)) < 2:
            return 0.0
        return p95(self.in_trouble) / p95(self.in_calm)


def together(parts: Iterable[Beside]) -> Beside:
    """Return all windows as one."""
    found = list(parts)
    return Beside([s for one in found for s in one.in_calm], [s for one in found for s in one.in_trouble])


def of_bystanders(timings: Sequence[Timing], since: float, until: float) -> list[float]:
    """Return how long bystanders waited who asked between two instants."""
    return [one.seconds for one in timings if one.workspace in BYSTANDERS and since <= one.started < until]


def p95(seconds: Sequence[float]) -> float:
    return quantiles(seconds, n=20)[-1]
