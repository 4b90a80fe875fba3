"""A place in the order of acceptance as a page's address carries it; pure."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from shared.store.turns.fact_rows import Place

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
CURSOR = re.compile(r"(\d{1,17})-(\d{1,18})", re.ASCII)
"""Microseconds since 1970 and a position; so many digits fit into a datetime and a bigint."""


def cursor_of(place: Place) -> str:
    """Return the place as text."""
    return f"{(place.accepted_at - EPOCH) // MICROSECOND}-{place.position}"


def place_of(cursor: str) -> Place | None:
    """Return the place that the text names, None when it names none."""
    parts = CURSOR.fullmatch(cursor)
    if parts is None:
        return None
    return Place(EPOCH + int(parts[1]) * MICROSECOND, int(parts[2]))
