"""A producer's inbox as its statements see it, and what is handed out of it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from shared.store.turns.rows import TurnRow


@dataclass(frozen=True, slots=True)
class InboxReader:
    """One process that reads a producer's inbox, and for how long a reply is its own."""

    inbox: str
    process_id: UUID
    lease_seconds: float


@dataclass(frozen=True, slots=True)
class HandedTurn:
    """An ended turn of a producer, with the idempotency key by which the producer knows it."""

    turn: TurnRow
    idempotency_key: str | None
