"""What turns and their attempts ran on and cost; nothing of what was said in them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.domain.turn_result import TurnError
from shared.domain.turn_status import Door, TurnStatus
from shared.domain.usage import Usage, UsageKind
from shared.store.keys.rows import KeyAddress


@dataclass(frozen=True, slots=True)
class TurnFacts:
    """A turn's attribution and end, without its texts.

    Provider, wire id, key, tokens, request id and times are those of the last attempt that had an end.
    `address` is the key's: region and ids at its provider, as they are now. `first_text_ms` is None where
    the text came in one piece.
    """

    turn_id: UUID
    workspace_id: UUID
    bot_id: UUID
    position: int
    conversation: str | None
    end_user: str | None
    door: Door
    status: TurnStatus
    model: str
    provider: str | None
    wire_model: str | None
    key_id: UUID | None
    key_version: int | None
    address: KeyAddress
    provider_request_id: str | None
    error: TurnError | None
    partial: bool
    finish_reason: str | None
    usage: Usage
    usage_kind: UsageKind | None
    attempt: int
    retries: int
    crashes: int
    first_text_ms: int | None
    call_ms: int | None
    accepted_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    deadline_at: datetime
    cache_hit: bool


@dataclass(frozen=True, slots=True)
class AttemptFacts:
    """One ended attempt of a turn: what it ran on, what it cost, why it ended where it failed.

    `earlier_request_ids` belong to calls that were refused and made again within the attempt.
    Attempt 0 belongs to a turn that ended without one. `ends_turn` says that the turn ended with it.
    """

    attempt: int
    kind: UsageKind
    provider: str | None
    wire_model: str | None
    key_id: UUID | None
    key_version: int | None
    provider_request_id: str | None
    earlier_request_ids: tuple[str, ...]
    error: TurnError | None
    usage: Usage
    first_text_ms: int | None
    call_ms: int | None
    ends_turn: bool
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the order of acceptance; turns before it were accepted earlier."""

    accepted_at: datetime
    position: int = 0
