"""Percentiles, the same way everywhere. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from tests.bench.figures import NoFigureError


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the value that so many per cent of all lie under; the last one for 100.

    Raises:
        NoFigureError: there are no values.

    """
    if not values:
        raise NoFigureError("Nothing was answered within the run.")
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]
