"""A range of UTC days, both included, as instants of acceptance; pure."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from shared.store.turns.fact_rows import Place

FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(9999, 12, 30)


def start_of(first_day: date) -> datetime:
    """Return the instant from which turns are looked for."""
    return _midnight(max(first_day, FIRST_DAY))


def end_of(last_day: date, after: Place | None = None) -> Place:
    """Return the place before which turns are looked for: the day's end, or where the last page ended."""
    end = Place(_midnight(min(last_day, LAST_DAY) + timedelta(days=1)))
    return end if after is None else min(end, after, key=_order)


def _order(place: Place) -> tuple[datetime, int]:
    return place.accepted_at, place.position


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)
