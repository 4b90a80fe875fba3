"""Why a request was not accepted, as its caller reads it."""

from __future__ import annotations

from enum import StrEnum


class RefusalCode(StrEnum):
    """What the caller reads as `code`."""

    MODEL_NOT_FOUND = "model_not_found"
    PLAN_FORBIDS_MODEL = "plan_forbids_model"
    QUOTA_EXCEEDED = "quota_exceeded"
    RATE_LIMIT_EXCEEDED = "rate_limit_exceeded"
    TOO_MANY_WAITING = "too_many_waiting"
    BACKLOG_FULL = "backlog_full"
    IDEMPOTENCY_CONFLICT = "idempotency_conflict"
    INVALID_API_KEY = "invalid_api_key"
    INVALID_REQUEST = "invalid_request"
    UNAVAILABLE = "unavailable"
