"""All that is wrong with a form is told at once."""

from __future__ import annotations

import pytest

from services.dashboard.errors import AdminError, invalid
from services.dashboard.key_rules import note_beside_key
from services.dashboard.refusals import Refusals
from shared.domain.secret import Secret


def refuse(field: str, message: str) -> int:
    raise invalid(field, message)


def test_nothing_is_raised_where_nothing_was_refused() -> None:
    refusals = Refusals()
    assert refusals.read(int, "7") == 7
    refusals.raise_all()


def test_the_first_refusal_is_raised_with_the_problems_of_all_of_a_field_the_first() -> None:
    refusals = Refusals()
    refusals.note(AdminError(403, "plan_forbids_model", "Not in the plan.", "model"))
    assert refusals.read(refuse, "name", "No name.") is None
    with refusals.noting():
        refuse("model", "No model.")

    with pytest.raises(AdminError) as raised:
        refusals.raise_all()

    assert (raised.value.status, raised.value.code, raised.value.param) == (403, "plan_forbids_model", "model")
    assert raised.value.problems == {"model": "Not in the plan.", "name": "No name."}


def test_the_order_of_a_forms_fields_decides_which_is_the_first() -> None:
    refusals = Refusals()
    for field in ("other", "second", "first"):
        refusals.note(invalid(field, f"No {field}."))

    with pytest.raises(AdminError) as raised:
        refusals.raise_all(("first", "second"))

    assert (raised.value.param, list(raised.value.problems)) == ("first", ["first", "second", "other"])


def test_a_keys_text_its_label_and_its_address_are_told_together() -> None:
    refusals, address = Refusals(), {"region": "mars", "organization": "acme", "project": None}
    note_beside_key(refusals, Secret("no-key"), provider="openai", label="x" * 201, address=address)
    with pytest.raises(AdminError) as refused:
        refusals.raise_all(("key", "label"))
    assert list(refused.value.problems) == ["key", "label", "region", "organization"]
    assert "no-key" not in str(refused.value.problems)


def test_a_text_that_alone_is_wrong_is_left_to_whoever_saves_the_key() -> None:
    refusals = Refusals()
    note_beside_key(refusals, Secret(""), provider="openai", label=None, address={})
    assert not refusals
