"""What the vault refuses."""

from __future__ import annotations

from shared.errors import MevichatError


class MasterKeyError(MevichatError):
    """Raised when MEVICHAT_MASTER_KEYS is missing or weak; the message says how to fix it."""


class CannotOpenError(MevichatError):
    """Raised when a sealed text opens under none of the master keys, or belongs to another row."""
