"""The fields of a bot's form, each read and judged by itself; pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from services.dashboard.errors import invalid
from services.dashboard.pages.of_bot import id_of
from services.dashboard.pages.whole_numbers import read_number
from shared.domain.answer_key import LONGEST_CACHE_SECONDS
from shared.domain.history_overflow import MOST_HISTORY_TOKENS, HistoryOverflow
from shared.domain.languages import AUTO, choose_language

LONGEST_NAME = 200
LONGEST_PROMPT = 100_000


def _name(text: str) -> str:
    name = text.strip()
    if not 1 <= len(name) <= LONGEST_NAME:
        raise invalid("name", f"Give the bot a name of 1 to {LONGEST_NAME} characters.")
    return name


def _key_id(text: str) -> UUID | None:
    key_id = id_of(text) if text else None
    if text and key_id is None:
        raise invalid("key_id", "Choose one of the keys, or the default.")
    return key_id


def _system_prompt(text: str) -> str | None:
    prompt = text.replace("\r\n", "\n").strip()
    if len(prompt) > LONGEST_PROMPT:
        raise invalid("system_prompt", f"The prompt is longer than {LONGEST_PROMPT:,} characters; shorten it.")
    return prompt or None


def _language(text: str) -> str:
    return choose_language(text or AUTO).name


def _cache_seconds(text: str) -> int:
    words = "Seconds that an answer is kept"
    return read_number("cache_seconds", text, words, least=0, most=LONGEST_CACHE_SECONDS) or 0


def _history_tokens(text: str) -> int | None:
    return read_number("history_tokens", text, "Tokens of history", least=0, most=MOST_HISTORY_TOKENS)


def _history_overflow(text: str) -> HistoryOverflow:
    try:
        return HistoryOverflow(text or HistoryOverflow.DROP)
    except ValueError:
        raise invalid("history_overflow", "Choose what becomes of the oldest messages.") from None


READERS: Mapping[str, Callable[[str], Any]] = {
    "name": _name,
    "model": str,
    "key_id": _key_id,
    "system_prompt": _system_prompt,
    "language": _language,
    "cache_seconds": _cache_seconds,
    "history_tokens": _history_tokens,
    "history_overflow": _history_overflow,
}
"""By its name what a field's text says; each raises AdminError that names the field and the fix."""
