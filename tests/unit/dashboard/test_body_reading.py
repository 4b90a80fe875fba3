"""What is right in a body is read also where something else in it is wrong."""

from __future__ import annotations

import pytest

from services.dashboard.api.keys import NewKeyForm
from services.dashboard.api.tokens import NewTokenForm
from services.dashboard.body_reading import read_fields
from services.dashboard.errors import AdminError, invalid

BOT_ID = "01980000-0000-7000-8000-000000000001"


def test_a_body_that_is_right_is_the_form() -> None:
    sent = {"kind": "bot", "name": "Shop", "bot_id": BOT_ID}
    body = read_fields(sent, NewTokenForm)
    body.raise_all()
    assert body.form == NewTokenForm.model_validate(sent)
    assert body.knows(*NewTokenForm.model_fields)


def test_fields_that_are_wrong_missing_or_unknown_are_refused_and_the_others_read() -> None:
    body = read_fields({"kind": "root", "bot_id": BOT_ID, "colour": "red"}, NewTokenForm)
    assert body.refused == {"kind", "name", "colour"}
    assert str(body.form.bot_id) == BOT_ID
    assert body.form.model_fields_set == {"bot_id"}
    assert (body.knows("bot_id"), body.knows("bot_id", "kind")) == (True, False)


def test_what_is_judged_later_is_told_with_it_in_the_order_of_the_fields() -> None:
    body = read_fields({"kind": 5, "name": ""}, NewTokenForm)
    body.refusals.note(invalid("bot_id", "bot_id names no bot."))
    body.refusals.note(invalid("name", "Told already."))
    with pytest.raises(AdminError) as refused:
        body.raise_all()
    assert refused.value.param == "kind"
    assert list(refused.value.problems) == ["kind", "name", "bot_id"]
    assert refused.value.problems["name"].startswith("name is empty")


def test_no_body_that_was_read_shows_what_is_secret_in_it() -> None:
    assert "sk-secret" not in repr(read_fields({"key": "sk-secret", "provider": 5}, NewKeyForm))
