"""How much of a conversation's past goes along with a question. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from shared.domain.chat import ChatMessage
from shared.store.turns.read import Exchange

CHARACTERS_PER_TOKEN = 4
"""An estimate: English prose runs at about four characters a token in both providers' tokenizers.

Other languages and code take more tokens; the budget it guards is far below any model's
context, so that an error of two or three times does no harm.
"""
MESSAGE_TOKENS = 4
"""What a message's role and borders cost, about."""


def estimate_tokens(text: str) -> int:
    """Return about how many tokens the text takes, never 0 for a text that is not empty."""
    return -(-len(text) // CHARACTERS_PER_TOKEN)


def estimate_prompt_tokens(messages: Iterable[ChatMessage], system: str | None) -> int:
    """Return about how many tokens a whole prompt takes."""
    return estimate_tokens(system or "") + sum(MESSAGE_TOKENS + estimate_tokens(one.text) for one in messages)


def choose_history(newest_first: Sequence[Exchange], budget_tokens: int) -> tuple[ChatMessage, ...]:
    """Return the latest exchanges that fit the budget, oldest first, each one whole.

    It stops at the first that does not fit: a context with holes reads worse than a short one.
    """
    chosen: list[ChatMessage] = []
    left = budget_tokens
    for exchange in newest_first:
        left -= 2 * MESSAGE_TOKENS + estimate_tokens(exchange.question) + estimate_tokens(exchange.answer)
        if left < 0:
            break
        chosen += (ChatMessage("assistant", exchange.answer), ChatMessage("user", exchange.question))
    chosen.reverse()
    return tuple(chosen)
