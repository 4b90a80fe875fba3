"""What can go wrong between us and PostgreSQL."""

from __future__ import annotations

from shared.errors import MevichatError


class StoreError(MevichatError):
    """Raised when PostgreSQL refused a statement: a fault of ours, or a row that breaks a rule."""


class StoreUnavailableError(StoreError):
    """Raised when PostgreSQL did not answer; nothing is known about the statement's effect."""
