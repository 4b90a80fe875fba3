"""No burst stands without a rate."""

from __future__ import annotations

from typing import Any

import pytest

from services.dashboard.errors import AdminError
from services.dashboard.pages.rate_form import read_rates
from services.dashboard.rate_rules import settle_bursts

RATED = {"rate_per_minute": 60, "rate_burst": 5, "user_rate_per_minute": 6, "user_rate_burst": None}
WORDS = {"rate_per_minute": "Messages a minute", "rate_burst": "Messages at once"}


def problems_of(changes: dict[str, Any], before: dict[str, Any]) -> dict[str, str]:
    with pytest.raises(AdminError) as refused:
        settle_bursts(changes, before)
    return dict(refused.value.problems)


def test_a_burst_without_a_rate_is_refused_by_its_name_with_the_fix() -> None:
    sentence = "rate_burst needs a rate beside it; set rate_per_minute too, or leave rate_burst empty."
    assert problems_of({"rate_burst": 5}, {}) == {"rate_burst": sentence}


@pytest.mark.parametrize(
    ("changes", "before", "fields"),
    [
        ({"rate_burst": 5, "user_rate_burst": 2}, {}, ["rate_burst", "user_rate_burst"]),
        ({"rate_per_minute": None, "rate_burst": 5}, RATED, ["rate_burst"]),
        ({"rate_per_minute": 60, "user_rate_burst": 2}, {}, ["user_rate_burst"]),
    ],
)
def test_every_burst_that_would_stand_alone_is_told(
    changes: dict[str, Any], before: dict[str, Any], fields: list[str]
) -> None:
    assert list(problems_of(changes, before)) == fields


@pytest.mark.parametrize(
    ("changes", "settled"),
    [
        ({}, {}),
        ({"name": "Aide"}, {"name": "Aide"}),
        ({"rate_burst": 9}, {"rate_burst": 9}),
        ({"rate_burst": None}, {"rate_burst": None}),
        ({"rate_per_minute": None}, {"rate_per_minute": None, "rate_burst": None}),
        ({"user_rate_per_minute": None}, {"user_rate_per_minute": None}),
    ],
)
def test_a_rate_that_is_cleared_takes_its_burst_along_and_nothing_else(
    changes: dict[str, Any], settled: dict[str, Any]
) -> None:
    assert settle_bursts(changes, RATED) == settled


def test_a_burst_that_was_left_alone_long_ago_holds_up_no_other_change() -> None:
    assert settle_bursts({"name": "Aide"}, {"rate_burst": 5}) == {"name": "Aide"}


def test_a_form_whose_rate_is_emptied_clears_the_burst_that_still_stands_in_it() -> None:
    read = read_rates({"rate_per_minute": "", "rate_burst": "5"}, WORDS, RATED)
    assert read == {"rate_per_minute": None, "rate_burst": None}


def test_a_form_tells_in_its_own_words_of_a_burst_that_was_typed_without_a_rate() -> None:
    with pytest.raises(AdminError) as refused:
        read_rates({"rate_per_minute": "", "rate_burst": "7"}, WORDS, {})
    sentence = "Messages at once needs a rate beside it; set Messages a minute too, or leave Messages at once empty."
    assert refused.value.problems == {"rate_burst": sentence}


def test_a_form_tells_of_every_number_that_is_none_and_judges_no_burst_before() -> None:
    with pytest.raises(AdminError) as refused:
        read_rates({"rate_per_minute": "many", "rate_burst": "-1"}, WORDS, {})
    assert list(refused.value.problems) == ["rate_per_minute", "rate_burst"]


def test_a_burst_whose_rate_could_not_be_read_is_not_judged_and_every_other_is() -> None:
    changes = {"rate_burst": 5, "user_rate_burst": 2}
    with pytest.raises(AdminError) as refused:
        settle_bursts(changes, {}, refused={"rate_per_minute"})
    assert list(refused.value.problems) == ["user_rate_burst"]
