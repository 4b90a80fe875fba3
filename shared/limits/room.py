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


KeyAt = tuple[UUID, int]
"""A key and its version: a rotated key begins anew."""


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
        self._known: OrderedDict[KeyAt, _Known] = OrderedDict()
        self._wanted: set[KeyAt] = set()

    def note(self, key: KeyAt, standing: Standing, now: float) -> None:
        """Take what Redis said; it is truer than what was counted here."""
        is_limited = standing.room is not None or standing.pause_seconds > 0
        known = self._known.get(key)
        if known is None:
            if not is_limited:
                return
            known = self._keep(key, now)
        self._known.move_to_end(key)
        if is_limited:
            known.noted_at = now
        elif now - known.noted_at > REMEMBERED_SECONDS:
            self._forget(key)
            return
        known.room = UNLIMITED_ROOM if standing.room is None else standing.room
        if standing.pause_seconds > 0:
            known.paused_until = now + standing.pause_seconds

    def want(self, key: KeyAt, now: float) -> None:
        """Note that a turn goes to wait for this key, which is known to have a limit or a pause."""
        known = self._known.get(key)
        if known is not None:
            known.wanted_at = now
            self._wanted.add(key)

    def unwant(self, key_id: UUID, now: float) -> None:
        """Note that no turn waits for this key, whatever its version, unless one has only just begun to."""
        for key in [key for key in self._wanted if key[0] == key_id]:
            known = self._known.get(key)
            if known is None or known.wanted_at is None or now - known.wanted_at > WANTED_SECONDS:
                self._wanted.discard(key)

    def free(self, key: KeyAt) -> None:
        """Count a call that just ended."""
        known = self._known.get(key)
        if known is not None:
            known.room += 1

    def take(self, key: KeyAt, now: float) -> int:
        """Return how many waiting turns may be woken, and count them as woken; 0 during a pause."""
        known = self._known.get(key)
        if known is None or known.paused_until > now:
            return 0
        taken, known.room = known.room, 0
        return taken

    def take_unused(self, now: float) -> dict[KeyAt, int]:
        """Return the room of all keys that turns wait for; after a pause that is one call, to see how it stands."""
        unused: dict[KeyAt, int] = {}
        for key in self._wanted:
            known = self._known[key]
            is_after_pause = 0 < known.paused_until <= now
            room = self.take(key, now)
            if is_after_pause:
                known.paused_until, room = 0.0, max(room, 1)
            if room:
                unused[key] = room
        return unused

    def _keep(self, key: KeyAt, now: float) -> _Known:
        known = self._known[key] = _Known(0, 0.0, now)
        if len(self._known) > MOST_KEYS:
            self._forget(next(iter(self._known)))
        return known

    def _forget(self, key: KeyAt) -> None:
        del self._known[key]
        self._wanted.discard(key)
