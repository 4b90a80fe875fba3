"""The life of a turn, one word per state, the same in rows, API and events."""

from __future__ import annotations

from enum import StrEnum


class TurnStatus(StrEnum):
    """Where a turn stands (docs/state-machines.md draws the moves)."""

    WAITING = "waiting"
    READY = "ready"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"

    @property
    def is_ended(self) -> bool:
        """Tell whether nothing more happens to the turn by itself."""
        return self in ENDED

    @property
    def can_be_retried(self) -> bool:
        """Tell whether a person may run the turn once more."""
        return self in (TurnStatus.FAILED, TurnStatus.EXPIRED)


ENDED = frozenset({TurnStatus.COMPLETED, TurnStatus.FAILED, TurnStatus.CANCELLED, TurnStatus.EXPIRED})


class Door(StrEnum):
    """How a turn came in; it decides the deadline and who waits for the reply."""

    WHOLE = "whole"
    STREAM = "stream"
    ASYNC = "async"
    PRODUCER = "producer"

    @property
    def has_waiting_caller(self) -> bool:
        """Tell whether somebody holds a connection open for the reply."""
        return self in (Door.WHOLE, Door.STREAM)
