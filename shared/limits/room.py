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
WANTED_SECONDS: Final = 1.0
"""So long after a turn found no room its row may still be on its way to PostgreSQL."""


@dataclass(slots=True)
class _Known:
    room: int
    paused_until: float
    noted_at: float
    wanted_at: float | None = None


class KnownRoom:
    """Counts, by key, the calls that could begin now and that nobody was woken for yet.

    Only keys that once had a limit or a pause are watched; for all others there is nobody to wake. Times are
    seconds of a monotonic clock.
    """

    def __init__(self) -> None:
        self._known: OrderedDict[UUID, _Known] = OrderedDict()
        self._wanted: set[UUID] = set()

    def note(self, key_id: UUID, standing: Standing, now: float) -> None:
        """Take what Redis said; it is truer than what was counted here."""
        is_limited = standing.room is not None or standing.pause_seconds > 0
        known = self._known.get(key_id)
        if known is None:
            if not is_limited:
                return
            known = self._keep(key_id, now)
        if is_limited:
            known.noted_at = now
        elif now - known.noted_at > REMEMBERED_SECONDS:
            self._forget(key_id)
            return
        known.room = UNLIMITED_ROOM if standing.room is None else standing.room
        if standing.pause_seconds > 0:
            known.paused_until = now + standing.pause_seconds

    def want(self, key_id: UUID, now: float) -> None:
        """Note that a turn goes to wait for this key, which is known to have a limit or a pause."""
        known = self._known.get(key_id)
        if known is not None:
            known.wanted_at = now
            self._wanted.add(key_id)

    def unwant(self, key_id: UUID, now: float) -> None:
        """Note that no turn waits for this key, unless one has only just begun to."""
        known = self._known.get(key_id)
        if known is None or known.wanted_at is None or now - known.wanted_at > WANTED_SECONDS:
            self._wanted.discard(key_id)

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

    def take_unused(self, now: float) -> dict[UUID, int]:
        """Return the room of all keys that turns wait for; after a pause that is one call, to see how it stands."""
        unused = {}
        for key_id in self._wanted:
            known = self._known[key_id]
            is_after_pause = 0 < known.paused_until <= now
            room = self.take(key_id, now)
            if is_after_pause:
                known.paused_until, room = 0.0, max(room, 1)
            if room:
                unused[key_id] = room
        return unused

    def _keep(self, key_id: UUID, now: float) -> _Known:
        known = self._known[key_id] = _Known(0, 0.0, now)
        if len(self._known) > MOST_KEYS:
            self._forget(next(iter(self._known)))
        return known

    def _forget(self, key_id: UUID) -> None:
        del self._known[key_id]
        self._wanted.discard(key_id)
