"""Erasures as rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Erasure:
    """An end user of a workspace whose conversations are being erased, and how many turns of them are so far."""

    workspace_id: UUID
    end_user: str
    asked_at: datetime
    erased_turns: int


@dataclass(frozen=True, slots=True)
class ErasedTurns:
    """Turns whose texts have just gone, and turns that became ready meanwhile and must be rung."""

    erased: tuple[UUID, ...]
    to_ring: tuple[UUID, ...] = ()
    is_over: bool = False
