"""How much of a conversation's past goes along with a question. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import takewhile

from services.workers.completion.summary import summarise
from services.workers.completion.tokens import count_bytes, estimate_tokens
from shared.domain.chat import ChatMessage
from shared.domain.history_overflow import HistoryOverflow
from shared.store.turns.read import Exchange

MESSAGE_TOKENS = 4
"""What a message's role and borders cost, about."""
SUMMARY_PART = 4
"""A summary may take a quarter of the budget; what it leaves of that is lost."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """How much of the past may go along.

    `budget_tokens` is what the bot may spend, held against an estimate. `room_bytes` is what the model's context has
    left, held against the texts' bytes: an estimate can err, but no text takes more tokens than it has bytes.
    """

    budget_tokens: int
    room_bytes: int
    overflow: HistoryOverflow = HistoryOverflow.DROP


def estimate_prompt_tokens(messages: Iterable[ChatMessage], system: str | None) -> int:
    """Return about how many tokens a whole prompt takes."""
    return estimate_tokens(system or "") + sum(MESSAGE_TOKENS + estimate_tokens(one.text) for one in messages)


def choose_history(newest_first: Sequence[Exchange], allowance: Allowance) -> tuple[ChatMessage, ...]:
    """Return the latest exchanges that fit, oldest first, each one whole; before them a summary, where it is asked for.

    It stops at the first that does not fit: a context with holes reads worse than a short one.
    """
    budget, room = allowance.budget_tokens, allowance.room_bytes
    sizes = [_bytes_of(exchange) for exchange in newest_first]
    if sum(sizes) <= min(budget, room):  # no text has more tokens than bytes: nothing need be counted
        return _messages(newest_first)
    fitting = _count_fitting(newest_first, sizes, budget, room)
    if allowance.overflow is HistoryOverflow.DROP or fitting == len(newest_first):
        return _messages(newest_first[:fitting])
    part = budget // SUMMARY_PART
    fitting = _count_fitting(newest_first, sizes, budget - part, room)
    summary = summarise(newest_first[fitting:], part - MESSAGE_TOKENS)
    if summary is None or sum(sizes[:fitting]) + count_bytes(summary.text) + MESSAGE_TOKENS > room:
        return _messages(newest_first[:fitting])
    return (summary, *_messages(newest_first[:fitting]))


def _count_fitting(newest_first: Sequence[Exchange], sizes: Sequence[int], budget: int, room: int) -> int:
    def fits(exchange_and_size: tuple[Exchange, int]) -> bool:
        nonlocal budget, room
        exchange, size = exchange_and_size
        budget -= 2 * MESSAGE_TOKENS + estimate_tokens(exchange.question) + estimate_tokens(exchange.answer)
        room -= size
        return budget >= 0 and room >= 0

    return sum(1 for _ in takewhile(fits, zip(newest_first, sizes, strict=True)))


def _bytes_of(exchange: Exchange) -> int:
    return 2 * MESSAGE_TOKENS + count_bytes(exchange.question) + count_bytes(exchange.answer)


def _messages(newest_first: Sequence[Exchange]) -> tuple[ChatMessage, ...]:
    return tuple(
        message
        for exchange in reversed(newest_first)
        for message in (ChatMessage("user", exchange.question), ChatMessage("assistant", exchange.answer))
    )
