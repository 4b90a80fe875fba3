"""How many blocks of memory a step takes from the interpreter."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

TIMES = 5


def blocks_taken(step: Callable[[], object]) -> int:
    """Return how many blocks the step took, those that it gave back before its end included.

    Looked at whenever a function begins or ends: what is taken and given back between two looks is not seen, and the
    same code always gives the same number.
    """
    step()  # caches are filled
    return min(_blocks_taken_once(step) for _ in range(TIMES))


def _blocks_taken_once(step: Callable[[], object]) -> int:
    taken, last = 0, 0

    def look(_frame: FrameType, _event: str, _argument: Any) -> None:
        nonlocal taken, last
        now = sys.getallocatedblocks()
        taken += max(now - last, 0)
        last = now

    gc.collect()
    gc.disable()
    last = sys.getallocatedblocks()
    sys.setprofile(look)
    try:
        step()
    finally:
        sys.setprofile(None)
        gc.enable()
    return taken
