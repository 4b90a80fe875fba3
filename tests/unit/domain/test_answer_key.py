"""By what a kept answer is found: nothing that decides an answer may be missing, least of all the workspace."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings, strategies as st

from shared.domain.answer_key import Asking, answer_key
from shared.domain.chat import ChatMessage

WORKSPACES = 46
EXAMPLES = 100
WORDS = st.text(st.sampled_from('ab \n\t"\\,[]{}é'), max_size=12)
ASKING = Asking(
    UUID(int=1), UUID(int=2), "scale", "gpt-5", "gpt-5-2025", "Be kind.", "d1", (ChatMessage("user", "Hi"),), {}
)
OTHERS: list[dict[str, Any]] = [
    {"workspace_id": UUID(int=3)},
    {"bot_id": UUID(int=3)},
    {"plan": "pro"},
    {"model": "gpt-5-mini"},
    {"wire_model": "gpt-5-2026"},
    {"system": "Be kind. "},
    {"system": None},
    {"documents": "d2"},
    {"messages": (ChatMessage("assistant", "Hi"),)},
    {"messages": (ChatMessage("user", "H i"),)},
    {"messages": (ChatMessage("user", "Hi"), ChatMessage("user", ""))},
    {"parameters": {"seed": 1}},
    {"parameters": {"seed": "1"}},
]


def askings() -> st.SearchStrategy[Asking]:
    """Draw askings that resemble each other, of the workspace that ASKING names."""
    message = st.builds(ChatMessage, st.sampled_from(["user", "assistant"]), WORDS)
    return st.builds(
        replace,
        st.just(ASKING),
        bot_id=st.sampled_from([UUID(int=2), UUID(int=1)]),
        system=st.none() | WORDS,
        documents=WORDS,
        messages=st.lists(message, max_size=3).map(tuple),
        parameters=st.dictionaries(WORDS, WORDS, max_size=2),
    )


def test_no_two_workspaces_share_a_key_in_a_hundred_thousand_pairs() -> None:
    pairs = 0

    @settings(max_examples=EXAMPLES, deadline=None, derandomize=True)
    @given(st.lists(askings(), min_size=1, max_size=3), st.integers(0, 2**100))
    def try_pairs(drawn: list[Asking], first: int) -> None:
        nonlocal pairs
        keys = [
            answer_key(replace(drawn[number % len(drawn)], workspace_id=UUID(int=first + number)))
            for number in range(WORKSPACES)
        ]
        for one, other in combinations(keys, 2):
            pairs += 1
            assert one != other

    try_pairs()
    assert pairs >= 100_000


@settings(deadline=None)
@given(askings(), askings())
def test_keys_are_equal_exactly_where_all_is_equal_but_white_space_within_messages(one: Asking, other: Asking) -> None:
    def normal(asking: Asking) -> Asking:
        told = tuple(ChatMessage(each.role, " ".join(each.text.split())) for each in asking.messages)
        return replace(asking, messages=told)

    assert (answer_key(one) == answer_key(other)) == (normal(one) == normal(other))


@pytest.mark.parametrize("changed", OTHERS)
def test_each_part_makes_another_key(changed: dict[str, Any]) -> None:
    assert answer_key(replace(ASKING, **changed)) != answer_key(ASKING)


def test_white_space_in_a_message_counts_once() -> None:
    one = replace(ASKING, messages=(ChatMessage("user", " What\n is  new?\t"),))

    assert answer_key(one) == answer_key(replace(ASKING, messages=(ChatMessage("user", "What is new?"),)))
