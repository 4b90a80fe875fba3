"""The audit's rows: one a change, never rewritten."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from shared.domain.actor import Actor


@dataclass(frozen=True, slots=True)
class Fingerprints:
    """A key's keyed hash before and after a change; None where there was no text, or is none any more."""

    before: bytes | None = field(default=None, repr=False)
    after: bytes | None = field(default=None, repr=False)


NO_FINGERPRINTS = Fingerprints()


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """A change, or a refused attempt that matters, as it is written down.

    `action` is `thing.verb`, `target` the id of what was changed. `details` hold no secret and no provider's text.
    """

    workspace_id: UUID
    actor: Actor
    action: str
    target: UUID | str
    details: dict[str, Any] = field(default_factory=dict)
    fingerprints: Fingerprints = NO_FINGERPRINTS


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One entry as it is read: who (`actor`), from where (`source`), what, on what and when."""

    id: int
    actor: str
    source: str
    action: str
    target: str
    details: dict[str, Any]
    fingerprint_before: str | None
    fingerprint_after: str | None
    at: datetime
