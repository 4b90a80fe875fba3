"""The life of a provider key (docs/state-machines.md draws the moves)."""

from __future__ import annotations

from enum import StrEnum


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
