"""Provider keys as rows; the key's text is sealed, and gone when the key is deleted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from shared.domain.actor import VALIDATOR, Actor
from shared.domain.key_states import KeyState
from shared.store.bots.rows import BotRow


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known about a key: its state and why. Written by saves, rotations and verdicts alike.

    `reason_code` is an ErrorType, `reason` our own sentence; both None while nothing is wrong.
    `models` are the wire ids that the account reaches, None when it would not say. `blocked` are models
    (product ids) that this key may not use though it works on others, each with its ErrorType.
    `recheck_seconds`: in how many the key is probed again by itself, None for never.
    """

    state: KeyState = KeyState.ACTIVE
    reason_code: str | None = None
    reason: str | None = None
    provider_status: int | None = None
    provider_code: str | None = None
    provider_request_id: str | None = None
    models: tuple[str, ...] | None = None
    blocked: Mapping[str, str] = field(default_factory=dict)
    recheck_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class KeyAddress:
    """Where and as whom the key is used at its provider."""

    region: str | None = None
    organization: str | None = None
    project: str | None = None
    anthropic_workspace_id: str | None = None


NO_ADDRESS = KeyAddress()


@dataclass(frozen=True, slots=True)
class KeyRow:
    """A key of a workspace. `version` counts rotations, `verdict_seq` verdicts (DESIGN 3)."""

    key_id: UUID
    workspace_id: UUID
    provider: str
    label: str
    mask: str
    sealed: bytes | None = field(repr=False)
    version: int
    verdict_seq: int
    standing: Standing
    address: KeyAddress
    is_default: bool
    checked_at: datetime | None
    last_used_at: datetime | None
    created_at: datetime
    rotated_at: datetime
    suspect_since: datetime | None
    suspect_model: str | None
    suspect_error: str | None
    calm_until: datetime | None
    deleted_at: datetime | None = None

    @property
    def state(self) -> KeyState:
        """Return where the key stands."""
        return self.standing.state


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key that its provider accepted, sealed and ready to be kept.

    `older_fingerprints`: of the same text under older master keys, by which a key may still be known.
    """

    key_id: UUID
    workspace_id: UUID
    provider: str
    label: str
    mask: str
    sealed: bytes = field(repr=False)
    fingerprint: bytes = field(repr=False)
    standing: Standing = Standing()
    address: KeyAddress = NO_ADDRESS
    older_fingerprints: tuple[bytes, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Rotation:
    """A replacement that its provider accepted; `expected_version` None takes whatever is there."""

    key_id: UUID
    workspace_id: UUID
    mask: str
    sealed: bytes = field(repr=False)
    fingerprint: bytes = field(repr=False)
    standing: Standing = Standing()
    expected_version: int | None = None
    older_fingerprints: tuple[bytes, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a probe, or a live turn that served as one, says of one version of a key.

    Applies only while `version` and `verdict_seq` are still the row's. `actor` asked for the probe.
    """

    key_id: UUID
    workspace_id: UUID
    version: int
    verdict_seq: int
    standing: Standing
    actor: Actor = VALIDATOR


@dataclass(frozen=True, slots=True)
class VerdictResult:
    """Whether the verdict applied, and the turns that it made ready (to be rung)."""

    applied: bool
    promoted: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class RotationResult:
    """The key's new version, and the turns that waited for the old one and are ready (to be rung)."""

    version: int
    promoted: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class SameKey:
    """Nothing was kept: the workspace's key of this label has the very same text."""

    label: str


class ChangeRefusal(StrEnum):
    """Why a key was not changed."""

    NOT_FOUND = "not_found"
    DEFAULT_DISABLED = "default_disabled"


@dataclass(frozen=True, slots=True)
class ChangeResult:
    """The key as it stands now, and the turns that waited for it and are ready (to be rung)."""

    key: KeyRow
    promoted: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class DeletionResult:
    """The key as it stood, all bots of the workspace at that instant, and the turns to be rung."""

    key: KeyRow
    bots: list[BotRow]
    promoted: tuple[UUID, ...] = ()
