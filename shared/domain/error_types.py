"""The closed set of reasons for which a turn fails, and the sentence for each."""

from __future__ import annotations

from enum import StrEnum

APOLOGY = "I'm having trouble reaching the AI right now, please try again."
"""What the end user reads, exactly, when a turn fails (requirement S9)."""


class ErrorType(StrEnum):
    """Why a turn failed: the provider's errors (DESIGN 6), then our own (DESIGN 3)."""

    KEY_REFUSED = "key_refused"
    BILLING = "billing"
    QUOTA_EXHAUSTED = "quota_exhausted"
    PERMISSION = "permission"
    REGION = "region"
    MODEL_UNAVAILABLE = "model_unavailable"
    RATE_LIMITED = "rate_limited"
    OVERLOADED = "overloaded"
    TIMEOUT = "timeout"
    CONNECTION = "connection"
    REQUEST_INVALID = "request_invalid"
    CONTEXT_TOO_LONG = "context_too_long"
    CONTENT_REFUSED = "content_refused"
    STREAM_BROKEN = "stream_broken"
    UNKNOWN = "unknown"
    NO_KEY = "no_key"
    KEY_UNUSABLE = "key_unusable"
    PLAN_FORBIDS_MODEL = "plan_forbids_model"
    MODEL_RETIRED = "model_retired"
    WORKER_CRASHED = "worker_crashed"
    EXPIRED = "expired"

    @property
    def is_retryable(self) -> bool:
        """Tell whether the same turn may succeed later with nothing changed by its caller."""
        return self not in NEVER_BY_ITSELF


NEVER_BY_ITSELF = frozenset(
    {
        ErrorType.REQUEST_INVALID,
        ErrorType.CONTEXT_TOO_LONG,
        ErrorType.CONTENT_REFUSED,
        ErrorType.PLAN_FORBIDS_MODEL,
        ErrorType.MODEL_RETIRED,
        ErrorType.NO_KEY,
    },
)
