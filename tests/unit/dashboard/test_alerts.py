"""Which bots a key's trouble stops."""

from __future__ import annotations

from uuid import UUID

import pytest

from services.dashboard.alerts import bots_on_key
from shared.domain.catalogue import load_catalogue
from tests.unit.completion.making import KEY_ID, make_bot, make_key

OTHER_KEY = UUID(int=77)


@pytest.mark.parametrize(
    ("model", "key_id", "is_default", "is_stopped"),
    [
        ("gpt-5-mini", KEY_ID, False, True),
        ("gpt-5-mini", OTHER_KEY, True, False),
        ("gpt-5-mini", None, True, True),
        ("gpt-5-mini", None, False, False),
        ("claude-haiku-4-5", None, True, False),
        ("mevichat:mini", None, True, False),
        ("a-model-that-is-gone", None, True, False),
    ],
)
def test_a_key_stops_the_bots_that_name_it_and_as_a_default_those_that_name_none(
    model: str, key_id: UUID | None, *, is_default: bool, is_stopped: bool
) -> None:
    bot, key = make_bot(model=model, key_id=key_id), make_key(is_default=is_default)

    assert bots_on_key(key, [bot], load_catalogue()) == ([str(bot.bot_id)] if is_stopped else [])
