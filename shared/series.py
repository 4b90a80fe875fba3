"""Counters and histograms whose every series is there from the start, at 0.

Prometheus counts by differences (`rate`, `increase`): of a series that is born with its first event it never sees that
event, and the first is often the only one.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum
from itertools import product
from typing import TypeVar

from prometheus_client import Counter, Histogram

Metric = TypeVar("Metric", Counter, Histogram)
Values = Collection[str] | type[StrEnum]
"""What a label may be."""


def counter(name: str, about: str, **labels: Values) -> Counter:
    """Return a counter with the series of every combination of its labels' values."""
    return _with_series(Counter(name, about, list(labels)), labels)


def histogram(name: str, about: str, buckets: Sequence[float], **labels: Values) -> Histogram:
    """Return a histogram with the series of every combination of its labels' values."""
    return _with_series(Histogram(name, about, list(labels), buckets=buckets), labels)


def _with_series(metric: Metric, labels: Mapping[str, Values]) -> Metric:
    for values in product(*labels.values()):
        metric.labels(*values)
    return metric
