"""The quota's month is the UTC calendar month."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from shared.domain.months import month_of, resets_at


def test_the_month_is_the_one_in_utc_whatever_the_zone() -> None:
    evening_in_new_york = datetime(2026, 1, 31, 22, 0, tzinfo=timezone(timedelta(hours=-5)))

    assert month_of(evening_in_new_york) == date(2026, 2, 1)


@pytest.mark.parametrize(
    ("month", "next_month"),
    [(date(2026, 1, 1), (2026, 2)), (date(2026, 11, 1), (2026, 12)), (date(2026, 12, 1), (2027, 1))],
)
def test_a_month_ends_where_the_next_one_begins(month: date, next_month: tuple[int, int]) -> None:
    assert resets_at(month) == datetime(*next_month, 1, tzinfo=UTC)
