"""How a range of days is put together from whole months; pure."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Spans:
    """The months from one to another, by their first days, without those `left_out`.

    On top of them come the days `added`; the days `removed` are taken off again.
    """

    first_month: date
    last_month: date
    left_out: tuple[date, ...]
    added: tuple[date, ...]
    removed: tuple[date, ...]


def spans_of(from_day: date, to_day: date) -> Spans:
    """Return the range with the fewest single days: of a month at its edge, the part inside or the part outside."""
    first, last = from_day.replace(day=1), to_day.replace(day=1)
    left_out, added, removed = list[date](), list[date](), list[date]()
    for month in dict.fromkeys((first, last)):
        days = [month.replace(day=number + 1) for number in range(monthrange(month.year, month.month)[1])]
        inside = [day for day in days if from_day <= day <= to_day]
        outside = [day for day in days if not from_day <= day <= to_day]
        if len(inside) <= len(outside):
            left_out.append(month)
            added += inside
        else:
            removed += outside
    return Spans(first, last, tuple(left_out), tuple(added), tuple(removed))
