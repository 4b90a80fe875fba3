"""Reads OpenAI's answers, whole or in chunks, into a reading."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shared.providers.openai.usage import read_usage
from shared.providers.reading import REFUSED, Reading
from shared.providers.wire_values import first, mapping

FINISH_REASONS = frozenset({"stop", "length", REFUSED})


def read_whole(completion: object, reading: Reading) -> None:
    """Read a `chat.completion`."""
    fields = mapping(completion)
    reading.usage = read_usage(fields.get("usage"))
    _read_choice(first(fields.get("choices")), "message", reading)


def read_chunk(chunk: object, reading: Reading) -> None:
    """Read a `chat.completion.chunk`; the usage comes in the last one, which has no choice."""
    fields = mapping(chunk)
    reading.usage = read_usage(fields.get("usage")) or reading.usage
    _read_choice(first(fields.get("choices")), "delta", reading)


def _read_choice(choice: Mapping[str, Any], part: str, reading: Reading) -> None:
    message = mapping(choice.get(part))
    reading.add(message.get("content"))
    refusal = message.get("refusal")
    reading.add(refusal)
    if refusal:
        reading.finish_reason = REFUSED
    finish = choice.get("finish_reason")
    if isinstance(finish, str) and finish and reading.finish_reason is None:
        reading.finish_reason = finish if finish in FINISH_REASONS else "stop"
