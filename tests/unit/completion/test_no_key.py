"""A bot without a key that can serve it says which of the three ways it is."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest

from services.workers.completion.resolve import Unresolved, resolve
from shared.domain.error_types import ErrorType
from tests.unit.completion.making import CATALOGUE, KEY_ID, NOW, make_bot, make_configuration, make_key, make_turn

DELETED = UUID(int=404)


@pytest.mark.parametrize(
    ("own_key", "model", "words"),
    [
        (None, "claude-haiku-4-5", "has no Anthropic key for this bot. Add a key"),
        (DELETED, "gpt-5-mini", "The key that this bot names was deleted."),
        (KEY_ID, "claude-haiku-4-5", "own key is one of OpenAI, and Claude Haiku 4.5 needs one of Anthropic."),
    ],
)
def test_the_reason_says_whether_a_key_is_missing_deleted_or_of_another_provider(
    own_key: UUID | None, model: str, words: str
) -> None:
    configuration = make_configuration(make_key(), bot=make_bot(key_id=own_key))

    found = resolve(replace(make_turn(), model=model), configuration, CATALOGUE, now=NOW, suspect_patience_seconds=30)

    assert isinstance(found, Unresolved)
    assert found.error.type == ErrorType.NO_KEY
    assert words in found.error.reason
