"""How many of the questions in `tests/mini/questions.toml` are answered, and how many of the answers are right."""

from __future__ import annotations

import pytest

from tests.mini.counting import ask_all, score
from tests.mini.questions import read_bots


@pytest.mark.parametrize("held_out", [False, True], ids=["chosen by", "held out"])
def test_most_questions_are_answered_and_answers_are_right(held_out: bool) -> None:
    found = score(ask_all([bot for bot in read_bots() if bot.held_out is held_out]))

    assert found.share >= 0.88, found
    assert found.precision >= 0.94, found
    assert found.wrongly_answered <= 1, found
