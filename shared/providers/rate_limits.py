"""Reads what providers' headers say of a key's rate limits. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

REFILLS: Final = 60
"""A call waits at most for this part of a limit to come back: a second of a limit by the minute."""
OPENAI_DIMENSIONS: Final = ("requests", "tokens")
ANTHROPIC_DIMENSIONS: Final = ("requests", "tokens", "input-tokens", "output-tokens")
_DURATION: Final = re.compile(
    r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+(?:\.\d+)?)s)?(?:(\d+(?:\.\d+)?)ms)?", re.ASCII
)
_UNIT_SECONDS: Final = (86_400.0, 3_600.0, 60.0, 1.0, 0.001)
_WHOLE_NUMBER: Final = re.compile(r"\d{1,18}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Exhausted:
    """One limit of a key of which nothing is left; `reset_seconds` is when it is whole again.

    Both providers fill a limit continuously and tell when it is full.
    """

    limit: int
    reset_seconds: float

    @property
    def pause_seconds(self) -> float:
        """Return when there is enough for a call again: one request, or the tokens of a moment."""
        return self.reset_seconds / max(1, min(self.limit, REFILLS))


@dataclass(frozen=True, slots=True)
class RateLimits:
    """The limits that an answer's headers called exhausted, one at least."""

    exhausted: tuple[Exhausted, ...]

    @property
    def pause_seconds(self) -> float:
        """Return how long no call should be made on the key."""
        return max(one.pause_seconds for one in self.exhausted)


def read_openai_limits(headers: Mapping[str, str]) -> RateLimits | None:
    """Return what `x-ratelimit-...` headers call exhausted; None where there is room, or nothing is said."""
    found = []
    for dimension in OPENAI_DIMENSIONS:
        if headers.get(f"x-ratelimit-remaining-{dimension}") == "0":
            reset_seconds = parse_duration(headers.get(f"x-ratelimit-reset-{dimension}", ""))
            found.append((headers.get(f"x-ratelimit-limit-{dimension}"), reset_seconds))
    return _limits(found)


def read_anthropic_limits(headers: Mapping[str, str], now: datetime) -> RateLimits | None:
    """Return what `anthropic-ratelimit-...` headers call exhausted; None where there is room, or nothing is said."""
    found = []
    for dimension in ANTHROPIC_DIMENSIONS:
        if headers.get(f"anthropic-ratelimit-{dimension}-remaining") == "0":
            reset_seconds = seconds_until(headers.get(f"anthropic-ratelimit-{dimension}-reset", ""), now)
            found.append((headers.get(f"anthropic-ratelimit-{dimension}-limit"), reset_seconds))
    return _limits(found)


def parse_duration(text: str) -> float | None:
    """Return the seconds of a duration as OpenAI writes it ("6ms", "1.5s", "1m0s", "2h3m0s"); None for another text."""
    match = _DURATION.fullmatch(text)
    if match is None or not text:
        return None
    return sum(float(part) * unit for part, unit in zip(match.groups(), _UNIT_SECONDS, strict=True) if part)


def seconds_until(text: str, now: datetime) -> float | None:
    """Return the seconds until an instant as Anthropic writes it (RFC 3339), 0 for a past one; None for another text."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return max(0.0, (at.replace(tzinfo=at.tzinfo or UTC) - now).total_seconds())


def _limits(found: list[tuple[str | None, float | None]]) -> RateLimits | None:
    exhausted = tuple(
        Exhausted(int(limit) if limit and _WHOLE_NUMBER.fullmatch(limit) else 1, reset_seconds)
        for limit, reset_seconds in found
        if reset_seconds
    )
    return RateLimits(exhausted) if exhausted else None
