"""Calendar months in UTC: the message quota counts by them (requirement S8)."""

from __future__ import annotations

from datetime import UTC, date, datetime


def month_of(at: datetime) -> date:
    """Return the first day of the UTC month that the instant lies in."""
    return at.astimezone(UTC).date().replace(day=1)


def resets_at(month: date) -> datetime:
    """Return the instant at which the month's quota is replaced by a fresh one."""
    year, zero_based_next = month.year + month.month // 12, month.month % 12
    return datetime(year, zero_based_next + 1, 1, tzinfo=UTC)
