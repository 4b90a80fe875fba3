from __future__ import annotations

from hypothesis import given, strategies as st

from services.workers.completion.history import (
    MESSAGE_TOKENS,
    Allowance,
    choose_history,
    estimate_prompt_tokens,
)
from services.workers.completion.summary import MARK, first_sentence
from services.workers.completion.tokens import count_bytes, estimate_tokens
from shared.domain.chat import ChatMessage
from shared.domain.history_overflow import HistoryOverflow
from shared.store.turns.read import Exchange

SUMMARISE = HistoryOverflow.SUMMARISE
WORDS = " ".join(f"word{number}" for number in range(100))


def exchanges(*texts: str) -> list[Exchange]:
    return [Exchange(f"{text}?", f"{text}!") for text in texts]


def long_exchanges(count: int) -> list[Exchange]:
    """Return exchanges of some hundred tokens, the newest first."""
    numbers = reversed(range(count))
    return [Exchange(f"Question {each}. {WORDS}", f"Answer {each}. {WORDS}") for each in numbers]


def allow(tokens: int, room: int = 1_000_000, overflow: HistoryOverflow = HistoryOverflow.DROP) -> Allowance:
    return Allowance(tokens, room, overflow)


def cost_of(exchange: Exchange) -> int:
    return 2 * MESSAGE_TOKENS + estimate_tokens(exchange.question) + estimate_tokens(exchange.answer)


def test_the_past_is_told_oldest_first() -> None:
    assert choose_history(exchanges("b", "a"), allow(1000)) == (
        ChatMessage("user", "a?"),
        ChatMessage("assistant", "a!"),
        ChatMessage("user", "b?"),
        ChatMessage("assistant", "b!"),
    )


def test_the_newest_exchanges_are_kept_whole_and_the_rest_is_left_out() -> None:
    past = long_exchanges(3)
    kept = choose_history(past, allow(2 * cost_of(past[0])))
    assert [message.text for message in kept] == [past[1].question, past[1].answer, past[0].question, past[0].answer]


def test_a_long_exchange_ends_the_past_so_that_it_has_no_holes() -> None:
    newest_first = [*exchanges("c"), Exchange("b " * 10_000, "b"), *exchanges("a")]
    assert [message.text for message in choose_history(newest_first, allow(500))] == ["c?", "c!"]


def test_without_room_there_is_no_past() -> None:
    for allowance in (allow(0), allow(-5), allow(1000, room=0), allow(1000, room=-5), allow(0, overflow=SUMMARISE)):
        assert choose_history(exchanges("a"), allowance) == ()


def test_what_no_longer_fits_is_kept_by_its_first_sentences_where_the_bot_wants_that() -> None:
    past = long_exchanges(6)
    summary, *rest = choose_history(past, allow(3 * cost_of(past[0]), overflow=SUMMARISE))

    assert summary.role == "user"
    assert summary.text.splitlines() == [
        MARK,
        *(line for each in range(4) for line in (f"- User: Question {each}.", f"  Assistant: Answer {each}.")),
    ]
    assert [message.text for message in rest] == [past[1].question, past[1].answer, past[0].question, past[0].answer]


def test_a_past_that_fits_has_no_summary() -> None:
    past = long_exchanges(2)
    assert choose_history(past, allow(10_000, overflow=SUMMARISE)) == choose_history(past, allow(10_000))


def test_a_first_sentence_ends_at_its_full_stop_at_a_line_or_where_it_is_too_long() -> None:
    assert first_sentence("It costs 3.50 a day. More.") == "It costs 3.50 a day."
    assert first_sentence("\n\nA line\nanother") == "A line"
    assert first_sentence("好的。再见。") == "好的。"
    assert first_sentence("x" * 1000) == "x" * 200 + "…"
    assert first_sentence(" \n ") == "(empty)"


TEXTS = st.text(max_size=80)


@given(st.lists(st.tuples(TEXTS, TEXTS)), st.integers(0, 400), st.integers(0, 2000), st.sampled_from(HistoryOverflow))
def test_what_is_chosen_never_takes_more_than_budget_and_room(
    pairs: list[tuple[str, str]], budget: int, room: int, overflow: HistoryOverflow
) -> None:
    chosen = choose_history([Exchange(*pair) for pair in pairs], allow(budget, room, overflow))

    assert estimate_prompt_tokens(chosen, None) <= max(budget, 0) or sum(map(_bytes_of, chosen)) <= budget
    assert sum(map(_bytes_of, chosen)) <= room
    told = chosen[1:] if chosen and chosen[0].text.startswith(MARK) else chosen
    assert [message.role for message in told] == ["user", "assistant"] * (len(told) // 2)


def _bytes_of(message: ChatMessage) -> int:
    return MESSAGE_TOKENS + count_bytes(message.text)
