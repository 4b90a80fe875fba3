"""A range put together from months holds exactly its days."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

from hypothesis import given, strategies as st

from shared.store.usage.spans import spans_of

MOST_SINGLE_DAYS = 31
"""Fifteen or sixteen days at either edge."""


@given(st.dates(date(2024, 1, 1), date(2026, 12, 31)), st.integers(0, 500))
def test_months_with_days_added_and_removed_are_the_range(from_day: date, more_days: int) -> None:
    to_day = from_day + timedelta(days=more_days)

    spans = spans_of(from_day, to_day)

    days = Counter(spans.added)
    for number in range(1_000):
        day = date(2024, 1, 1).replace(year=from_day.year) + timedelta(days=number)
        month = day.replace(day=1)
        if spans.first_month <= month <= spans.last_month and month not in spans.left_out:
            days[day] += 1
    days.subtract(spans.removed)
    assert +days == Counter(from_day + timedelta(days=number) for number in range(more_days + 1))
    assert len(spans.added) + len(spans.removed) <= MOST_SINGLE_DAYS


def test_the_whole_calendar_is_a_range() -> None:
    spans = spans_of(date.min, date.max)
    assert (spans.left_out, spans.added, spans.removed) == ((), (), ())
