"""The only place that asks what time it is; everything else takes `now` as a value."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""A function that answers the present instant as an aware UTC datetime."""


def utc_now() -> datetime:
    """Return the present instant in UTC."""
    return datetime.now(UTC)


def monotonic_seconds() -> float:
    """Return seconds on a clock that never goes back, for measuring durations."""
    return time.monotonic()
