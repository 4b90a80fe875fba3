"""What goes into and comes out of a key's limit."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID


class Outcome(StrEnum):
    """What a call that ended says of its key's limit; the words are the scripts' own."""

    ANSWERED = "answered"
    LIMITED = "limited"
    OTHER = "other"


class LimitId(NamedTuple):
    """Whose limit it is: one text of a key, for a rotated key begins anew."""

    key_id: UUID
    key_version: int


@dataclass(frozen=True, slots=True)
class Permit:
    """The right to one call in flight; give it back, whatever became of the call."""

    permit_id: str
    limit_id: LimitId


@dataclass(frozen=True, slots=True)
class NoRoom:
    """No call may be made now.

    `pause_seconds` is how long the provider wants silence; None where it is only that as many calls are in
    flight as the key bears, and nobody knows when one ends.
    """

    pause_seconds: float | None


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a key's limit allows, as the last reply from Redis told it: calls that have room, and what is left of a pause.

    `room` is None where no limit is known.
    """

    room: int | None
    pause_seconds: float
