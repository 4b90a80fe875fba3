"""What the address of the usage page may ask."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest

from services.dashboard.errors import AdminError
from services.dashboard.pages.usage_names import usage_names
from services.dashboard.pages.usage_question import UsageQuestion, presets, question_of
from shared.domain.catalogue import load_catalogue

TODAY = date(2026, 3, 10)
SHOP, TWIN, SECOND_TWIN, KEY = (str(UUID(int=number)) for number in range(1, 5))
NAMES = usage_names({SHOP: "Shop", TWIN: "Twin", SECOND_TWIN: "Twin"}, {KEY: "Main"}, load_catalogue())


def ask(**asked: str) -> UsageQuestion:
    return question_of({name.rstrip("_"): value for name, value in asked.items()}, NAMES, today=TODAY)


def test_nothing_asked_is_the_last_30_days_by_day() -> None:
    assert ask() == UsageQuestion(date(2026, 2, 9), TODAY, "day", {})


def test_a_bot_is_asked_for_by_its_name_or_id_and_no_key_has_a_word() -> None:
    asked = ask(bot="shop", key="none", model="gpt-5", provider="none")
    assert asked.only == {"bot": UUID(SHOP), "key": None, "model": "gpt-5", "provider": ""}
    assert ask(bot=SHOP).only == {"bot": UUID(SHOP)}


def test_the_address_of_a_question_asks_the_same() -> None:
    asked = ask(from_="2026-01-01", to="2026-01-31", group="model", key=KEY)
    query = dict(part.split("=") for part in asked.address("/usage").partition("?")[2].split("&"))
    assert question_of(query, NAMES, today=TODAY) == asked
    assert "key" not in asked.address("/usage", key="")


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"from_": "yesterday"}, "from"),
        ({"to": "2026-02-30"}, "to"),
        ({"from_": "2026-03-02", "to": "2026-03-01"}, "from"),
        ({"from_": "2020-01-01"}, "from"),
        ({"group": "colour"}, "group"),
        ({"bot": "nobody"}, "bot"),
        ({"bot": "Twin"}, "bot"),
        ({"bot": str(UUID(int=99))}, "bot"),
        ({"model": "gpt-1"}, "model"),
        ({"provider": "acme"}, "provider"),
        ({"key": str(UUID(int=99))}, "key"),
    ],
)
def test_a_wrong_field_is_named(asked: dict[str, str], field: str) -> None:
    with pytest.raises(AdminError) as refused:
        ask(**asked)
    assert (refused.value.status, refused.value.param) == (422, field)


def test_the_first_days_of_the_calendar_are_no_accident() -> None:
    assert ask(to="0001-01-01").from_day == date.min


def test_the_usual_ranges_keep_filters_and_one_of_them_is_marked() -> None:
    found = presets(ask(bot="shop", from_="2026-03-01"), TODAY)
    assert [words for words, _, is_chosen in found if is_chosen] == ["This month"]
    assert all(f"bot={SHOP}" in address for _, address, _ in found)
