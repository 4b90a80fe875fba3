"""What a made-up history is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class SeededBot:
    """A bot of the history and what its turns ran on; the busiest stand first. Mini runs on no key."""

    bot_id: UUID
    name: str
    model: str
    provider: str
    wire_model: str
    key_id: UUID | None
    is_deleted: bool = False


@dataclass(frozen=True, slots=True)
class History:
    """A whole history between two instants, the first a UTC midnight.

    `exchanges` are questions and answers by turns. `errors` are TurnErrors as JSON text in which `{at}` and
    `{provider}` stand for the time and the provider's name; the first is that of an expired turn.
    """

    workspace_id: UUID
    bots: Sequence[SeededBot]
    exchanges: Sequence[str]
    errors: Sequence[str]
    from_at: datetime
    to_at: datetime
    turns: int
