"""What the end of a process means for those that run together with it, and how it is told; pure."""

from __future__ import annotations

import signal
from collections.abc import Sequence
from typing import Final, NamedTuple

WINDOW_SECONDS: Final = 60.0
MOST_IN_A_WINDOW: Final = 5
"""How often a program is started again within that time; what kills it more often is no accident."""
GO_ON: Final = "Nothing that was accepted is lost: mend what the lines above show, then start it again the same way."


class End(NamedTuple):
    """Who ended, and its exit code, negative for a signal."""

    name: str
    code: int

    @property
    def is_killed(self) -> bool:
        """Whether a signal ended it, instead of itself."""
        return self.code < 0

    @property
    def how(self) -> str:
        """Say how it ended."""
        return f"was killed by {_name_of(-self.code)}" if self.is_killed else f"ended with exit code {self.code}"


def starts_again(end: End, started_again_at: Sequence[float], now: float) -> bool:
    """Tell whether its program is started again: one that was killed is, unless that happened too often of late.

    `started_again_at` holds when that happened before, on the clock of `now`, in seconds.
    """
    recent = [at for at in started_again_at if now - at < WINDOW_SECONDS]
    return end.is_killed and len(recent) < MOST_IN_A_WINDOW


def farewell(end: End) -> str:
    """Return what is said last when this end was the end of all."""
    often = f" after {MOST_IN_A_WINDOW} new starts within a minute" if end.is_killed else ""
    return f"Everything stopped because {end.name} {end.how}{often}. {GO_ON}"


def farewell_of_server(end: End) -> str:
    """Return what is said last when a server ended, on which all others lean."""
    return f"Everything stopped because {end.name} {end.how}. {GO_ON}"


def _name_of(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:  # a real-time signal has no name
        return f"signal {number}"
