"""A conversation's oldest exchanges in few words: the first sentence of each message, no model asked. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from services.workers.completion.tokens import estimate_tokens
from shared.domain.chat import ChatMessage
from shared.store.turns.read import Exchange

MARK = "[The beginning of this conversation, shortened: the first sentence of each message]"
LONGEST_SENTENCE = 200
_FIRST_SENTENCE = re.compile(r"\s*(.{1,%d}?(?:[.!?](?=\s|$)|[。！？]|$)|.{1,%d})" % ((LONGEST_SENTENCE,) * 2))  # noqa: UP031 - braces


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
    found = _FIRST_SENTENCE.match(text[: 2 * LONGEST_SENTENCE].lstrip())
    if found is None:
        return "(empty)"
    sentence = found[1].strip()
    return f"{sentence}…" if len(sentence) >= LONGEST_SENTENCE else sentence
