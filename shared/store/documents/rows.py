"""Documents as rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """A document of a bot; `passages` says in how many pieces it is searched."""

    document_id: UUID
    bot_id: UUID
    title: str
    passages: int
    created_at: datetime
