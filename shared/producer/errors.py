"""What a producer raises; all else that can go wrong is a Refusal or a reply."""

from __future__ import annotations

from shared.errors import MevichatError


class ProducerError(MevichatError):
    """Raised when a producer cannot be opened: its name, its token or its addresses; the message says the fix."""
