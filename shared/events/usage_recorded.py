"""Usage events were written and wait to be counted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class UsageRecordedV1:
    """Usage events of these (turn id, attempt) pairs exist or changed; the ledger counts them.

    The figures stay in PostgreSQL: the event is a ring, counting it twice changes nothing.
    """

    NAME: ClassVar[str] = "usage.recorded.v1"

    events: tuple[tuple[str, int], ...]
