"""How many messages may come: so many a minute, and so many at once. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

MOST_MESSAGES = 1_000_000
"""A rate or burst above this is none."""


class RateScope(StrEnum):
    """Whose messages a rate counts."""

    END_USER = "end user"
    BOT = "bot"
    WORKSPACE = "workspace"


@dataclass(frozen=True, slots=True)
class Rate:
    """A bucket of `burst` messages that fills up again with `per_minute`."""

    per_minute: int
    burst: int


def rate_of(per_minute: int | None, burst: int | None) -> Rate | None:
    """Return the rate that two settings describe, None where there is none; without a burst a minute's messages may come at once."""
    return None if per_minute is None else Rate(per_minute, burst or per_minute)
