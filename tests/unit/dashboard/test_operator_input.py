"""What operators type into forms and addresses."""

from __future__ import annotations

from datetime import date

import pytest

from services.dashboard.errors import AdminError
from services.dashboard.pages.operator_limits import Limits, read_limits, read_plan
from services.dashboard.pages.operator_turns import Filter, read_filter
from shared.domain.error_types import ErrorType
from shared.domain.plans import Plan

TODAY = date(2026, 3, 9)


def filter_of(**given: str) -> Filter:
    return read_filter(given.get, TODAY)


def test_numbers_may_be_grouped() -> None:
    assert read_limits({"slots": " 1,024 ", "message_limit": "0"}) == Limits(1024, 0)


@pytest.mark.parametrize(
    ("slots", "messages", "fields"),
    [("0", "1", ["slots"]), ("1", "-1", ["message_limit"]), ("", "", ["slots", "message_limit"])],
)
def test_every_wrong_limit_is_named(slots: str, messages: str, fields: list[str]) -> None:
    with pytest.raises(AdminError) as refused:
        read_limits({"slots": slots, "message_limit": messages})

    assert list(refused.value.problems) == fields


def test_a_plan_is_one_of_the_three() -> None:
    assert read_plan({"plan": "scale"}) is Plan.SCALE
    with pytest.raises(AdminError, match=r"Choose one of the plans: free, pro, scale\."):
        read_plan({})


def test_without_days_the_last_week_is_shown() -> None:
    assert filter_of() == Filter(date(2026, 3, 3), TODAY, None)


def test_days_and_error_are_kept_in_the_address() -> None:
    chosen = filter_of(**{"from": "2026-01-01", "to": "2026-01-31", "error": "timeout"})

    assert chosen == Filter(date(2026, 1, 1), date(2026, 1, 31), ErrorType.TIMEOUT)
    assert chosen.query == "from=2026-01-01&to=2026-01-31&error=timeout"


@pytest.mark.parametrize("given", [{"from": "x"}, {"error": "x"}, {"from": "2026-02-02", "to": "2026-02-01"}])
def test_a_filter_that_makes_no_sense_says_why(given: dict[str, str]) -> None:
    assert filter_of(**given).problem is not None


def test_days_beyond_what_the_database_knows_are_brought_back() -> None:
    chosen = filter_of(**{"from": "0001-01-01", "to": "9999-12-31"})

    assert (chosen.from_day, chosen.to_day) == (date(2000, 1, 1), date(9999, 12, 30))
