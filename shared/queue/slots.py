"""Bounds how many messages of one worker run at once."""

from __future__ import annotations

import threading


class Slots:
    """Counts free places; consumers take them in threads, the event loop gives them back."""

    def __init__(self, count: int) -> None:
        self._free = count
        self._changed = threading.Condition()
        self._is_closed = False

    @property
    def free(self) -> int:
        """Return how many more messages may run now."""
        return self._free

    def take(self, at_most: int) -> int:
        """Wait until a slot is free and take as many as are, up to `at_most`; 0 once closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._free > 0 or self._is_closed)
            if self._is_closed:
                return 0
            taken = min(self._free, at_most)
            self._free -= taken
            return taken

    def give_back(self, count: int = 1) -> None:
        """Free `count` slots that were taken."""
        if count:
            with self._changed:
                self._free += count
                self._changed.notify_all()

    def close(self) -> None:
        """Hand out no more slots and let everyone go who waits for one."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()
