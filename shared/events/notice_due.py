"""A notice waits to be delivered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class NoticeDueV1:
    """Some delivery of this notice may be due; what it says and where it goes is read from the rows."""

    NAME: ClassVar[str] = "notice.due.v1"

    notice_id: str
