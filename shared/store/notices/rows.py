"""Notices as rows: what was told, where to, and whether it arrived."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from shared.domain.key_states import KeyState
from shared.domain.notices import Channel, DeliveryError, DeliveryStatus, NoticeKind


@dataclass(frozen=True, slots=True)
class NoticeSettings:
    """Where a workspace wants to be told; `sealed_secret` signs its webhooks and is there when the URL is."""

    webhook_url: str | None = None
    email: str | None = None
    sealed_secret: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class KeyThen:
    """A key as it was when the notice was made."""

    key_id: UUID
    version: int
    label: str
    provider: str
    mask: str
    state: KeyState
    reason_code: str | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """One way in which a notice goes out; `next_attempt_at` is None once it has ended."""

    channel: Channel
    status: DeliveryStatus
    attempts: int
    next_attempt_at: datetime | None
    last_error: DeliveryError | None
    delivered_at: datetime | None


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """What a workspace was told; `key` is None for a test notice."""

    notice_id: UUID
    workspace_id: UUID
    kind: NoticeKind
    key: KeyThen | None
    created_at: datetime
    deliveries: tuple[DeliveryRow, ...] = ()


@dataclass(frozen=True, slots=True)
class ClaimedDelivery:
    """A delivery that is ours for one attempt; `attempts` counts it and fences its end."""

    channel: Channel
    attempts: int


@dataclass(frozen=True, slots=True)
class DeliveryEnd:
    """How an attempt ended: delivered when `error` is None; else tried again at `retry_at`, or given up."""

    notice_id: UUID
    claimed: ClaimedDelivery
    error: DeliveryError | None = None
    retry_at: datetime | None = None
