"""What keeps an embedded server from starting."""

from __future__ import annotations

from shared.errors import MevichatError


class EmbeddedServerError(MevichatError):
    """Raised when a server did not start; the message says where its log is."""


class FolderInUseError(MevichatError):
    """Raised when another Mevichat runs on the same data folder."""


class FolderNotWritableError(MevichatError):
    """Raised when the data folder can be neither made nor written to; the message says why and what to set."""
