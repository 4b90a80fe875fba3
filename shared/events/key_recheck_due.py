"""The time has come to probe a key that may have recovered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class KeyRecheckDueV1:
    """A key is due for its scheduled probe; `key_version` and `verdict_seq` as they stood, so that a stale event does nothing."""

    NAME: ClassVar[str] = "key.recheck_due.v1"

    key_id: str
    workspace_id: str
    key_version: int
    verdict_seq: int
    occurred_at: str
