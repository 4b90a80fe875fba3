"""What is asked of a search for turns, and the lines that it finds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.domain.turn_result import TurnError
from shared.domain.turn_status import TurnStatus
from shared.store.turns.fact_rows import Place

EXCERPT_CHARACTERS = 160


@dataclass(frozen=True, slots=True)
class TurnSearch:
    """Which turns of a workspace are looked for: accepted from `from_at` on and before `before`, of these statuses.

    What is None does not matter.
    """

    workspace_id: UUID
    statuses: tuple[TurnStatus, ...]
    from_at: datetime
    before: Place
    bot_id: UUID | None = None
    conversation: str | None = None
    end_user: str | None = None


@dataclass(frozen=True, slots=True)
class TurnLine:
    """A turn as a list shows it; `excerpt` is the beginning of the question. The bot may be deleted."""

    turn_id: UUID
    bot_id: UUID
    bot_name: str
    conversation: str | None
    end_user: str | None
    status: TurnStatus
    partial: bool
    error: TurnError | None
    excerpt: str
    accepted_at: datetime
    position: int
    erased_at: datetime | None

    @property
    def place(self) -> Place:
        """Return where the turn stands in the order of acceptance."""
        return Place(self.accepted_at, self.position)
