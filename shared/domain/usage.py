"""Tokens, normalised so that both providers' figures mean the same."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class UsageKind(StrEnum):
    """How far a usage event's figures can be trusted."""

    EXACT = "exact"
    ESTIMATED = "estimated"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one provider call.

    `input_tokens` is the whole prompt, cache reads and writes included; `output_tokens`
    includes reasoning. The two `cached`/`cache_write` figures are parts of the input,
    `reasoning_tokens` a part of the output.
    """

    input_tokens: int = 0
    output_tokens: int = 0
    cached_input_tokens: int = 0
    cache_write_input_tokens: int = 0
    reasoning_tokens: int = 0

    def to_primitives(self) -> dict[str, int]:
        """Return the figures by name, as rows, events and HTTP carry them."""
        return {name: getattr(self, name) for name in self.__slots__}


NO_USAGE = Usage()
