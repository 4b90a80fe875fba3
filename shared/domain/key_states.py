"""The life of a provider key (docs/state-machines.md draws the moves)."""

from __future__ import annotations

from enum import StrEnum

from shared.domain.error_types import ErrorType


class KeyState(StrEnum):
    """Where a key stands; what S4 calls invalid is every state that is not usable."""

    ACTIVE = "active"
    SUSPECT = "suspect"
    INVALID = "invalid"
    OUT_OF_QUOTA = "out_of_quota"
    RESTRICTED = "restricted"
    CANNOT_DECRYPT = "cannot_decrypt"
    DISABLED = "disabled"

    @property
    def is_usable(self) -> bool:
        """Tell whether the key counts as good in the API (`usable`)."""
        return self in (KeyState.ACTIVE, KeyState.SUSPECT)


STATE_AFTER_PROBE = {
    ErrorType.KEY_REFUSED: KeyState.INVALID,
    ErrorType.BILLING: KeyState.OUT_OF_QUOTA,
    ErrorType.QUOTA_EXHAUSTED: KeyState.OUT_OF_QUOTA,
    ErrorType.PERMISSION: KeyState.RESTRICTED,
    ErrorType.REGION: KeyState.RESTRICTED,
}
"""The state that a probe's refusal leads to; any other error says nothing about the key."""


def state_after_probe(error: ErrorType) -> KeyState | None:
    """Return the state that the probe's error proves, or None when it proves nothing."""
    return STATE_AFTER_PROBE.get(error)
