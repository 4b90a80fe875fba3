from __future__ import annotations

from hypothesis import given, strategies as st

from services.workers.completion.history import MESSAGE_TOKENS, choose_history, estimate_tokens
from shared.domain.chat import ChatMessage
from shared.store.turns.read import Exchange

EXCHANGE_TOKENS = 2 * MESSAGE_TOKENS + 1 + 1


def exchanges(*texts: str) -> list[Exchange]:
    return [Exchange(f"{text}?", f"{text}!") for text in texts]


def test_the_past_is_told_oldest_first() -> None:
    assert choose_history(exchanges("b", "a"), 1000) == (
        ChatMessage("user", "a?"),
        ChatMessage("assistant", "a!"),
        ChatMessage("user", "b?"),
        ChatMessage("assistant", "b!"),
    )


def test_the_newest_exchanges_are_kept_whole_and_the_rest_is_left_out() -> None:
    kept = choose_history(exchanges("c", "b", "a"), 2 * EXCHANGE_TOKENS)
    assert [message.text for message in kept] == ["b?", "b!", "c?", "c!"]


def test_a_long_exchange_ends_the_past_so_that_it_has_no_holes() -> None:
    newest_first = [*exchanges("c"), Exchange("b" * 10_000, "b"), *exchanges("a")]
    assert [message.text for message in choose_history(newest_first, 500)] == ["c?", "c!"]


def test_without_room_there_is_no_past() -> None:
    assert choose_history(exchanges("a"), 0) == ()
    assert choose_history(exchanges("a"), -5) == ()


@given(st.lists(st.tuples(st.text(max_size=50), st.text(max_size=50))), st.integers(0, 200))
def test_what_is_chosen_never_takes_more_than_the_budget(pairs: list[tuple[str, str]], budget: int) -> None:
    chosen = choose_history([Exchange(*pair) for pair in pairs], budget)
    assert sum(MESSAGE_TOKENS + estimate_tokens(message.text) for message in chosen) <= budget
    assert [message.role for message in chosen] == ["user", "assistant"] * (len(chosen) // 2)
