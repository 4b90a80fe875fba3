"""What a fault is: a name, a kind, and how it is done to a world; doing it tells that it happened."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import psutil

from tests.faults.world import World

Inject = Callable[[World], Awaitable[None]]

ALONE = ""
"""The lane of a fault that would hide others, or be hidden by them."""
TROUBLE = "trouble"
"""The lane of whatever happens to the troubled workspace's key."""


class DidNotFireError(AssertionError):
    """Raised when a fault was to be done and nothing shows that it happened: the run proves nothing."""


@dataclass(frozen=True, slots=True)
class Fault:
    """`inject` does it, sees that it happened, and mends it; load runs all the while. Raises DidNotFireError.

    Faults of one `lane` happen one after another, those of several at the same time.
    """

    kind: str
    name: str
    inject: Inject
    lane: str = ALONE


def fired(happened: object, sentence: str) -> None:
    """Fail the run unless the fault happened."""
    if not happened:
        raise DidNotFireError(sentence)


def is_stopped(pid: int) -> bool:
    """Tell whether the operating system holds the process."""
    return bool(psutil.Process(pid).status() == psutil.STATUS_STOPPED)
