from __future__ import annotations

from hypothesis import given, strategies as st

from services.workers.completion.tokens import UNIT, count_bytes, estimate_tokens


def test_no_text_has_no_tokens_and_any_text_has_one_at_least() -> None:
    assert estimate_tokens("") == 0
    assert estimate_tokens(" ") == estimate_tokens("a") == 1


def test_the_weights_of_a_long_text_add_up_as_those_of_its_parts() -> None:
    assert estimate_tokens("a" * UNIT * 1000) == 15 * 1000


def test_scripts_that_cost_more_are_weighed_heavier() -> None:
    latin, cyrillic, chinese, emoji = (estimate_tokens(each * 640) for each in ("a", "я", "好", "😀"))
    assert latin < cyrillic < chinese < emoji


@given(st.text(max_size=2000), st.text(max_size=2000))
def test_an_estimate_of_two_texts_is_that_of_both_together_but_for_rounding(one: str, other: str) -> None:
    assert abs(estimate_tokens(one + other) - estimate_tokens(one) - estimate_tokens(other)) <= 1


@given(st.text())
def test_bytes_are_those_of_utf_8(text: str) -> None:
    assert count_bytes(text) == len(text.encode())


def test_a_lone_surrogate_breaks_nothing() -> None:
    assert (count_bytes("\ud800"), estimate_tokens("\ud800")) == (1, 1)
