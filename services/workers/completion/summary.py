"""A conversation's oldest exchanges in few words: the first sentence of each message, no model asked. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from services.workers.completion.tokens import estimate_tokens
from shared.domain.chat import ChatMessage
from shared.store.turns.read import Exchange

MARK = "[The beginning of this conversation, shortened: the first sentence of each message]"
LONGEST_SENTENCE = 200
_FULL_STOPS = "\u3002\uff01\uff1f"  # the wide ones, behind which no space comes
_FIRST_SENTENCE = re.compile(rf"(.{{1,{LONGEST_SENTENCE}}}?)(?:(?<=[.!?])(?=\s)|(?<=[{_FULL_STOPS}])|$)", re.MULTILINE)


def summarise(newest_first: Sequence[Exchange], budget_tokens: int) -> ChatMessage | None:
    """Return the exchanges as one marked message, the oldest first; those that do not fit are left out, None: no room.

    It is a user's message, not the system's: what an end user once wrote must not speak with the bot's own voice.
    """
    lines: list[str] = []
    left = budget_tokens - estimate_tokens(MARK)
    for exchange in newest_first:
        line = f"- User: {first_sentence(exchange.question)}\n  Assistant: {first_sentence(exchange.answer)}"
        left -= estimate_tokens(line) + 1  # and the line break before it
        if left < 0:
            break
        lines.append(line)
    if not lines:
        return None
    return ChatMessage("user", "\n".join((MARK, *reversed(lines))))


def first_sentence(text: str) -> str:
    """Return the text's first sentence or line; a longer one is cut and ends with an ellipsis."""
    start = text[: 2 * LONGEST_SENTENCE].strip()
    found = _FIRST_SENTENCE.match(start)
    if found is not None:
        return found[1].rstrip()
    return f"{start[:LONGEST_SENTENCE]}…" if start else "(empty)"
