"""The time by PostgreSQL's clock, which sets every deadline and every verdict's time."""

from __future__ import annotations

from datetime import datetime, timedelta

from shared.clock import monotonic_seconds, utc_now


class StoreClock:
    """A `Clock`: the last instant that PostgreSQL told, carried on by a clock that nobody sets.

    A machine whose own clock is minutes ahead would let every waiting turn expire that it claims; none is claimed
    without an instant of PostgreSQL's. Before the first it is the machine's own clock.
    """

    def __init__(self) -> None:
        self._told: datetime | None = None
        self._told_at = 0.0

    def tell(self, instant: datetime) -> None:
        """Take an instant that PostgreSQL told just now."""
        self._told, self._told_at = instant, monotonic_seconds()

    def __call__(self) -> datetime:
        """Return the present instant."""
        if self._told is None:
            return utc_now()
        return self._told + timedelta(seconds=monotonic_seconds() - self._told_at)
