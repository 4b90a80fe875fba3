"""The simulated answer: it repeats what it saw, so that a test can tell what the model was sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

EARLIER_LIMIT = 1000
CACHED_PART = 4
REASONING_TOKENS = 7


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer's text in pieces, and the tokens that it costs (words, so that they can be recounted).

    `input_tokens` is the whole prompt; `cached_tokens` and `reasoning_tokens` are parts of theirs.
    """

    pieces: tuple[str, ...]
    input_tokens: int
    output_tokens: int
    cached_tokens: int = 0
    reasoning_tokens: int = 0
    shape: str = "plain"

    @property
    def text(self) -> str:
        """Return the whole text."""
        return "".join(self.pieces)


def reply_to(messages: Sequence[dict[str, Any]], *, system: str, shape: str, chunks: int) -> Reply:
    """Answer a conversation in the shape that the scenario asks for."""
    input_tokens = len(system.split()) + sum(len(text_of(message).split()) + 3 for message in messages)
    if shape == "length":
        return Reply((), input_tokens, REASONING_TOKENS, reasoning_tokens=REASONING_TOKENS, shape=shape)
    pieces = _pieces(_text(messages), chunks)
    cached = input_tokens // CACHED_PART if shape == "cached" else 0
    reasoning = REASONING_TOKENS if shape == "cached" else 0
    return Reply(
        pieces,
        input_tokens,
        len(pieces) + reasoning,
        cached_tokens=cached,
        reasoning_tokens=reasoning,
        shape=shape,
    )


def text_of(message: dict[str, Any]) -> str:
    """Return a message's text, whether it came as a string or as parts."""
    content = message.get("content")
    if isinstance(content, list):
        return "".join(part.get("text", "") for part in content if isinstance(part, dict))
    return content if isinstance(content, str) else ""


def _text(messages: Sequence[dict[str, Any]]) -> str:
    asked = _last(messages, "user")
    earlier = _last(messages, "assistant")
    text = f"You said: {asked} (message {len(messages)})"
    return f"{text}, earlier: {earlier[:EARLIER_LIMIT]}" if earlier else text


def _last(messages: Sequence[dict[str, Any]], role: str) -> str:
    return next((text_of(message) for message in reversed(messages) if message.get("role") == role), "")


def _pieces(text: str, chunks: int) -> tuple[str, ...]:
    words = text.split(" ")
    if chunks:
        words = [*words[:chunks], *(f"word{number}" for number in range(chunks - len(words)))]
    return (words[0], *(f" {word}" for word in words[1:]))
