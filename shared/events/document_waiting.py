"""A document's file waits to be read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class DocumentWaitingV1:
    """A document's file waits; which file is read next is decided by the rows, not by the message."""

    NAME: ClassVar[str] = "document.waiting.v1"

    document_id: str
