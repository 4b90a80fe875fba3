"""What the queue raises when Redis is away or must not be trusted."""

from __future__ import annotations

from shared.errors import MevichatError


class QueueUnavailableError(MevichatError):
    """Raised when Redis did not take a message; the row stays, and the sweeper rings again."""


class EvictingRedisError(MevichatError):
    """Raised when Redis may throw keys away, which would lose messages without a word."""
