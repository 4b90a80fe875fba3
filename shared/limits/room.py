"""What one process knows of the room under its keys' limits, so that it can wake turns that wait. No effects."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from shared.limits.values import Standing

UNLIMITED_ROOM: Final = 64
"""How many turns one ended call may wake when no limit is known any more."""
REMEMBERED_SECONDS: Final = 600.0
MOST_KEYS: Final = 4096


@dataclass(slots=True)
class _Known:
    room: int
    paused_until: float
    noted_at: float


class KnownRoom:
    """Counts, by key, the calls that could begin now and that nobody was woken for yet.

    Only keys that once had a limit or a pause are watched; for all others there is nobody to wake. Times are
    seconds of a monotonic clock.
    """

    def __init__(self) -> None:
        self._known: OrderedDict[UUID, _Known] = OrderedDict()

    def note(self, key_id: UUID, standing: Standing, now: float) -> None:
        """Take what Redis said; it is truer than what was counted here."""
        known = self._known.get(key_id)
        if known is None:
            if standing.room is None and standing.pause_seconds <= 0:
                return
            known = self._known[key_id] = _Known(0, 0.0, now)
            if len(self._known) > MOST_KEYS:
                self._known.popitem(last=False)
        is_troubled = standing.room is not None or standing.pause_seconds > 0
        if not is_troubled and now - known.noted_at > REMEMBERED_SECONDS:
            del self._known[key_id]
            return
        known.room = UNLIMITED_ROOM if standing.room is None else standing.room
        known.paused_until = now + standing.pause_seconds
        if is_troubled:
            known.noted_at = now

    def free(self, key_id: UUID) -> None:
        """Count a call that just ended."""
        known = self._known.get(key_id)
        if known is not None:
            known.room += 1

    def take(self, key_id: UUID, now: float) -> int:
        """Return how many waiting turns may be woken, and count them as woken; 0 during a pause."""
        known = self._known.get(key_id)
        if known is None or known.paused_until > now:
            return 0
        taken, known.room = known.room, 0
        return taken
