"""What the chat API answers when it refuses: OpenAI's envelope."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from starlette.responses import Response

from services.gateway.json_response import json_response
from shared.admission.refusal import UNAVAILABLE, Refusal
from shared.domain.months import month_of, resets_at
from shared.domain.refusal_code import RefusalCode
from shared.errors import MevichatError
from shared.limits.rate_values import RateStanding

STATUS = {
    RefusalCode.MODEL_NOT_FOUND: 404,
    RefusalCode.PLAN_FORBIDS_MODEL: 403,
    RefusalCode.QUOTA_EXCEEDED: 429,
    RefusalCode.RATE_LIMIT_EXCEEDED: 429,
    RefusalCode.TOO_MANY_WAITING: 429,
    RefusalCode.BACKLOG_FULL: 503,
    RefusalCode.IDEMPOTENCY_CONFLICT: 409,
    RefusalCode.INVALID_API_KEY: 401,
    RefusalCode.INVALID_REQUEST: 422,
    RefusalCode.UNAVAILABLE: 503,
}
TYPES = {
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    429: "rate_limit_error",
    500: "server_error",
    503: "api_error",
}


LEAVING = (
    "This gateway is stopping and the turn goes on: ask for it at /v1/turns/ with its turn_id, or send the message again "
    "with the same Idempotency-Key."
)


class ChatError(MevichatError):
    """Raised by a handler to answer with an error; `message` names the field and the fix."""

    def __init__(self, status: int, code: str, message: str, param: str | None = None) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.param = status, code, message, param


def error_response(
    status: int,
    code: str,
    message: str,
    param: str | None,
    *,
    retry_after_seconds: int | None = None,
    rate: RateStanding | None = None,
    turn_id: UUID | None = None,
) -> Response:
    """Return an error in OpenAI's envelope; beside it the turn that goes on, where there is one."""
    body = {"message": message, "type": TYPES.get(status, "invalid_request_error"), "param": param, "code": code}
    headers = {} if retry_after_seconds is None else {"Retry-After": str(retry_after_seconds)}
    turn = {} if turn_id is None else {"mevichat": {"turn_id": turn_id}}
    return json_response({"error": body, **turn}, status, headers | rate_headers(rate))


def leaving_response(turn_id: UUID) -> Response:
    """Return what a caller reads whose gateway stops before the reply is there."""
    code = RefusalCode.UNAVAILABLE
    seconds = UNAVAILABLE.passes_after_seconds
    return error_response(STATUS[code], code.value, LEAVING, None, retry_after_seconds=seconds, turn_id=turn_id)


def refusal_response(refusal: Refusal, *, now: datetime) -> Response:
    """Return what a refused request reads; `Retry-After` wherever waiting helps: for quota, to the first of next month."""
    seconds = refusal.passes_after_seconds
    if refusal.code is RefusalCode.QUOTA_EXCEEDED:
        seconds = int((resets_at(month_of(now)) - now).total_seconds()) + 1
    status = STATUS[refusal.code]
    return error_response(
        status, refusal.code.value, refusal.message, refusal.param, retry_after_seconds=seconds, rate=refusal.rate
    )


def rate_headers(rate: RateStanding | None) -> dict[str, str]:
    """Return how the tightest rate stands, by the names that HTTP clients know; nothing where none is set."""
    if rate is None:
        return {}
    return {
        "RateLimit-Limit": str(rate.limit),
        "RateLimit-Remaining": str(rate.remaining),
        "RateLimit-Reset": str(rate.reset_seconds),
    }
