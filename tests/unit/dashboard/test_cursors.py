"""A page's cursor is a place and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, strategies as st

from services.dashboard.pages.cursors import cursor_of, place_of
from shared.store.turns.fact_rows import Place

TIMES = st.datetimes(datetime(1970, 1, 2), datetime(5000, 1, 1)).map(lambda at: at.replace(tzinfo=UTC))  # noqa: DTZ001


@given(TIMES, st.integers(0, 10**18 - 1))
def test_a_cursor_leads_back_to_its_place(at: datetime, position: int) -> None:
    assert place_of(cursor_of(Place(at, position))) == Place(at, position)


@pytest.mark.parametrize(
    "cursor", ["", "x", "1", "1-", "-1", "1-2-3", "1-2 ", "9" * 18 + "-1", "1-" + "9" * 19, "\u0661-1"]
)
def test_what_is_no_cursor_leads_nowhere(cursor: str) -> None:
    assert place_of(cursor) is None
