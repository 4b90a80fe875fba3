"""What one process knows of the room under its keys' limits, so that it can wake turns that wait. No effects."""

from __future__ import annotations

from collections import OrderedDict, deque
from dataclasses import dataclass, field
from typing import Final

from shared.limits.values import Allowance, LimitId

UNLIMITED_ROOM: Final = 64
"""How many turns one ended call may wake when no limit is known any more."""
REMEMBERED_SECONDS: Final = 600.0
MOST_KEYS: Final = 4096
WANTED_SECONDS: Final = 1.0
"""So long after a turn found no room its row may still be on its way to PostgreSQL."""
TOLD_SECONDS: Final = 0.5
"""So long a turn that was woken for a place may be on its way to ask for it."""
UNHEARD_SECONDS: Final = 1.0
"""Other processes make room too: what Redis said is asked again after so long while turns wait."""


@dataclass(slots=True)
class _Known:
    """`told` holds, for each place that was told and not asked for yet, until when it is still expected."""

    limited_at: float
    heard_at: float
    room: int = 0
    paused_until: float = 0.0
    wanted_at: float | None = None
    told: deque[float] = field(default_factory=deque)


class KnownRoom:
    """Counts, by key, the calls that could begin now and that nobody was woken for yet.

    Only keys that once had a limit or a pause are watched; for all others there is nobody to wake. Times are
    seconds of a monotonic clock.
    """

    def __init__(self) -> None:
        self._known: OrderedDict[LimitId, _Known] = OrderedDict()
        self._wanted: set[LimitId] = set()

    def note(self, limit_id: LimitId, allowance: Allowance, now: float) -> None:
        """Take what Redis said; it is truer than what was counted here, but does not know who was woken."""
        is_limited = allowance.room is not None or allowance.pause_seconds > 0
        known = self._known.get(limit_id)
        if known is None:
            if not is_limited:
                return
            known = self._keep(limit_id, now)
        self._known.move_to_end(limit_id)
        known.heard_at = now
        if is_limited:
            known.limited_at = now
        elif now - known.limited_at > REMEMBERED_SECONDS:
            self._forget(limit_id)
            return
        room = UNLIMITED_ROOM if allowance.room is None else allowance.room
        known.room = max(0, room - _told(known, now))
        # a pause that Redis no longer knows was lifted, and is over
        known.paused_until = now + allowance.pause_seconds if allowance.pause_seconds else min(known.paused_until, now)

    def want(self, limit_id: LimitId, now: float) -> None:
        """Note that a turn goes to wait for this key, which is known to have a limit or a pause."""
        known = self._known.get(limit_id)
        if known is not None:
            known.wanted_at = now
            self._wanted.add(limit_id)

    def unwant(self, limit_id: LimitId, told: int, now: float) -> None:
        """Note that no turn waits for the places told, unless one has only just begun to: then they stay untold."""
        known = self._known.get(limit_id)
        if known is None or known.wanted_at is None or now - known.wanted_at > WANTED_SECONDS:
            self._wanted.discard(limit_id)
        else:
            self.untell(limit_id, told)

    def untell(self, limit_id: LimitId, told: int) -> None:
        """Take the places back: nobody heard of them."""
        known = self._known.get(limit_id)
        if known is not None:
            for _ in range(min(told, len(known.told))):
                known.told.pop()
                known.room += 1

    def asked(self, limit_id: LimitId, calls: int) -> None:
        """Note that so many of those who were woken have asked for their place."""
        known = self._known.get(limit_id)
        if known is not None:
            for _ in range(min(calls, len(known.told))):
                known.told.popleft()

    def free(self, limit_id: LimitId) -> None:
        """Count a call that just ended."""
        known = self._known.get(limit_id)
        if known is not None:
            known.room += 1

    def take(self, limit_id: LimitId, now: float) -> int:
        """Return how many waiting turns may be woken, and count them as woken; 0 during a pause."""
        known = self._known.get(limit_id)
        if known is None or known.paused_until > now:
            return 0
        return _tell(known, known.room, now)

    def take_unused(self, now: float) -> dict[LimitId, int]:
        """Return the room of all keys that turns wait for; after a pause that is one call, to see how it stands."""
        unused = {}
        for limit_id in self._wanted:
            known = self._known[limit_id]
            if known.paused_until > now:
                continue
            is_after_pause = known.paused_until > 0
            known.paused_until = 0.0
            room = _tell(known, max(known.room, 1) if is_after_pause else known.room, now)
            if room:
                unused[limit_id] = room
        return unused

    def take_unheard(self, now: float) -> list[LimitId]:
        """Return the keys that turns wait for and of which Redis should be asked again; each is told once."""
        unheard = [one for one in self._wanted if now - self._known[one].heard_at >= UNHEARD_SECONDS]
        for limit_id in unheard:
            self._known[limit_id].heard_at = now
        return unheard

    def _keep(self, limit_id: LimitId, now: float) -> _Known:
        known = self._known[limit_id] = _Known(limited_at=now, heard_at=now)
        if len(self._known) > MOST_KEYS:
            self._forget(next(iter(self._known)))
        return known

    def _forget(self, limit_id: LimitId) -> None:
        del self._known[limit_id]
        self._wanted.discard(limit_id)


def _tell(known: _Known, room: int, now: float) -> int:
    known.told.extend([now + TOLD_SECONDS] * room)
    known.room = 0
    return room


def _told(known: _Known, now: float) -> int:
    """Return how many that were woken may still come and ask."""
    while known.told and known.told[0] <= now:
        known.told.popleft()
    return len(known.told)
