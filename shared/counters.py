"""Counters whose every series is there from the start, at 0."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum
from itertools import product

from prometheus_client import Counter


def counter(name: str, about: str, **labels: Collection[str] | type[StrEnum]) -> Counter:
    """Return a counter with the series of every combination of its labels' values.

    Prometheus counts by differences (`rate`, `increase`): of a series that is born with its first event it never sees
    that event, and the first is often the only one.
    """
    made = Counter(name, about, list(labels))
    for values in product(*labels.values()):
        made.labels(*values)
    return made
