"""Which models a key's account reaches."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest

from shared.domain.catalogue import MINI, load_catalogue
from shared.domain.key_states import KeyState
from shared.domain.reach import is_listed
from shared.keys.reach import key_for, why_unreachable
from shared.store.keys.rows import KeyRow, Standing
from tests.unit.completion.making import KEY_ID, make_key

MODELS = load_catalogue().models
OTHER_ID = UUID(int=77)


def key_that_lists(*models: str) -> KeyRow:
    return make_key(standing=Standing(models=models))


@pytest.mark.parametrize(
    ("model", "listed", "is_there"),
    [
        ("gpt-5", ("gpt-5",), True),
        ("gpt-5", ("gpt-5-2025-08-07",), True),
        ("gpt-5", ("gpt-5-mini", "gpt-5-mini-2025-08-07", "gpt-5-2025-08-07-audio"), False),
        ("gpt-5", (), False),
        ("gpt-5", None, True),
        ("claude-haiku-4-5", ("claude-haiku-4-5-20251001",), True),
        ("claude-haiku-4-5", ("claude-haiku-4-5-preview", "claude-sonnet-4-6"), False),
    ],
)
def test_a_list_holds_a_model_by_its_wire_id_or_the_dated_id_behind_the_alias(
    model: str, listed: tuple[str, ...] | None, *, is_there: bool
) -> None:
    assert is_listed(MODELS[model], listed) is is_there


def test_a_call_runs_on_the_bots_own_key_and_no_other_else_on_the_default() -> None:
    default, own = make_key(), make_key(key_id=OTHER_ID, is_default=False)
    claude = make_key(key_id=UUID(int=78), provider="anthropic")
    keys = [claude, default, own]

    assert key_for(keys, "openai") is default
    assert key_for(keys, "openai", OTHER_ID) is own
    assert key_for(keys, "anthropic", OTHER_ID) is None
    assert key_for(keys, "openai", UUID(int=99)) is None
    assert key_for([own], "openai") is None
    assert default.key_id == KEY_ID


def test_mini_is_reached_without_any_key() -> None:
    assert why_unreachable(MODELS[MINI], None) is None


def test_why_a_model_is_not_reached_is_said_in_words() -> None:
    gpt = MODELS["gpt-5"]

    assert why_unreachable(gpt, key_that_lists("gpt-5")) is None
    assert why_unreachable(gpt, make_key(KeyState.SUSPECT)) is None
    assert why_unreachable(gpt, make_key(KeyState.INVALID, reason="Revoked.")) == "Revoked."
    for key, word in (
        (None, "no OpenAI key"),
        (make_key(KeyState.DISABLED), "cannot be used"),
        (replace(make_key(), sealed=None), "cannot be used"),
        (key_that_lists("gpt-4"), "does not offer it"),
        (make_key(standing=Standing(blocked={"gpt-5": "permission"})), "does not let the workspace's key use GPT-5"),
    ):
        sentence = why_unreachable(gpt, key)
        assert sentence is not None
        assert word in sentence
