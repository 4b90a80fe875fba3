"""The values that go into and come out of the turns' transactions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from shared.domain.sources import Source
from shared.domain.turn_result import TurnError
from shared.domain.turn_status import Door, TurnStatus
from shared.domain.usage import NO_USAGE, Usage, UsageKind


@dataclass(frozen=True, slots=True)
class NewTurn:
    """A turn that asks to be accepted. `epoch` is the one by which it was judged.

    With `conversation`, `question` is the new user message and `messages` is None; without,
    `messages` are the caller's own (role and text) and `question` is the last user text.
    `body_hash` goes with `idempotency_key`: the SHA-256 of the canonical request body.
    """

    turn_id: UUID
    workspace_id: UUID
    bot_id: UUID
    epoch: int
    model: str
    door: Door
    question: str
    deadline_seconds: float
    conversation: str | None = None
    end_user: str | None = None
    messages: list[dict[str, str]] | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    inbox: str | None = None
    idempotency_key: str | None = None
    body_hash: bytes | None = None


class AcceptCode(StrEnum):
    """What accept answers."""

    ACCEPTED = "accepted"
    REPLAYED = "replayed"
    STALE_EPOCH = "stale_epoch"
    IDEMPOTENCY_CONFLICT = "idempotency_conflict"
    QUOTA_EXCEEDED = "quota_exceeded"
    TOO_MANY_WAITING = "too_many_waiting"


@dataclass(frozen=True, slots=True)
class AcceptResult:
    """The answer for one NewTurn. `turn_id` is the first turn's when replayed.

    `status` ready means: ring it now. `epoch` is the workspace's present one.
    """

    code: AcceptCode
    turn_id: UUID
    status: TurnStatus | None
    epoch: int
    quota_month: date | None = None


@dataclass(frozen=True, slots=True)
class ClaimedTurn:
    """A turn leased by this process: everything the worker needs but configuration.

    `claimed_at`: when PostgreSQL said so, by its clock as the other instants.
    """

    turn_id: UUID
    workspace_id: UUID
    bot_id: UUID
    epoch: int
    attempt: int
    retries: int
    crashes: int
    model: str
    door: Door
    question: str
    position: int
    accepted_at: datetime
    deadline_at: datetime
    conversation: str | None
    end_user: str | None
    messages: list[dict[str, str]] | None
    parameters: dict[str, Any]
    inbox: str | None
    claimed_at: datetime


class LeaseStanding(StrEnum):
    """What renew says of a lease."""

    HELD = "held"
    CANCELLED = "cancelled"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class KeyUse:
    """Which key, and which state of it, a call ran on; fences refusals and verdicts."""

    key_id: UUID
    key_version: int
    verdict_seq: int


@dataclass(frozen=True, slots=True)
class AnswerPlace:
    """By what a bot's answer is found again (shared/domain/answer_key.py), and for how long it is kept."""

    cache_key: bytes
    cache_seconds: int


@dataclass(frozen=True, slots=True)
class AttemptEnd:
    """How one attempt ended, for `record`.

    `status`: completed, failed or expired end the turn; waiting sends it back until `next_attempt_at`
    (or, with `waits_for_key`, until that key's verdict, if it comes first); ready releases it at
    shutdown. `retries` is the turn's count from now on.
    `keeps_quota`: completed turns and partial output keep their message.
    `call_began`: a provider call was started, so that even a cancelled turn keeps its message.
    `earlier_request_ids`: of calls that were refused and made again within this attempt, the first first.
    `refused`: the provider accused the key: `record` makes it suspect, fenced by `key_use`.
    `waits_for_room`: the wait is for a place under the limit of `waits_for_key`; a place that is free ends it.
    `cache_hit`: the answer was kept from an earlier turn; `keeps`: where this answer is to be found by later ones.
    `sources`: the passages that the model was given.
    `makes_room`: for how many such waiting turns of `key_use`'s key there is room now.
    """

    turn_id: UUID
    attempt: int
    status: TurnStatus
    keeps_quota: bool
    usage: Usage = NO_USAGE
    usage_kind: UsageKind = UsageKind.EXACT
    answer: str | None = None
    partial: bool = False
    finish_reason: str | None = None
    error: TurnError | None = None
    next_attempt_at: datetime | None = None
    retries: int = 0
    provider: str | None = None
    wire_model: str | None = None
    provider_request_id: str | None = None
    key_use: KeyUse | None = None
    refused: bool = False
    call_began: bool = False
    waits_for_key: UUID | None = None
    waits_for_room: bool = False
    makes_room: int = 0
    ignored_parameters: Mapping[str, str] = field(default_factory=dict)
    first_text_ms: int | None = None
    call_ms: int | None = None
    earlier_request_ids: tuple[str, ...] = ()
    cache_hit: bool = False
    keeps: AnswerPlace | None = None
    sources: tuple[Source, ...] = ()


@dataclass(frozen=True, slots=True)
class RecordResult:
    """What `record` did. `applied` is False when the attempt was no longer its own.

    `promoted` are turns that became ready and must be rung; `suspected` says that this
    refusal made the key suspect, so that KeyRejected must be announced.
    """

    turn_id: UUID
    applied: bool
    status: TurnStatus
    promoted: tuple[UUID, ...] = ()
    suspected: bool = False


@dataclass(frozen=True, slots=True)
class TurnRow:
    """A turn as the API shows it. Once `erased_at` is set, its texts, end user and conversation are gone."""

    turn_id: UUID
    bot_id: UUID
    workspace_id: UUID
    conversation: str | None
    end_user: str | None
    status: TurnStatus
    door: Door
    attempt: int
    model: str
    provider: str | None
    question: str
    answer: str | None
    partial: bool
    finish_reason: str | None
    error: TurnError | None
    usage: Usage
    usage_kind: UsageKind | None
    ignored_parameters: Mapping[str, str]
    provider_request_id: str | None
    accepted_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    position: int
    messages: list[dict[str, str]] | None = None
    first_text_ms: int | None = None
    call_ms: int | None = None
    cache_hit: bool = False
    erased_at: datetime | None = None
    sources: tuple[Source, ...] = ()
