"""A provider refused a key in traffic."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class KeyRejectedV1:
    """The key became suspect: a validator must probe it.

    Consumers read everything else from the key's row, so that a stale event does nothing:
    `key_version` and `verdict_seq` are those that the refused turn ran on.
    """

    NAME: ClassVar[str] = "key.rejected.v1"

    key_id: str
    workspace_id: str
    key_version: int
    verdict_seq: int
    model: str
    error_type: str
    occurred_at: str
