"""Anthropic's errors, as a table. Most special first; the bodies behind the rows are in the simulator's."""

from __future__ import annotations

from collections.abc import Mapping

from shared.clock import utc_now
from shared.domain.error_types import ErrorType
from shared.providers.error_table import Reported, Rule, read_retry_after
from shared.providers.rate_limits import read_anthropic_limits
from shared.providers.wire_values import mapping, text

TABLE = (
    # codes, where there are any (error.details.error_code)
    Rule(ErrorType.KEY_REFUSED, code="organization_on_hold"),
    Rule(ErrorType.QUOTA_EXHAUSTED, code="enforced_spend_limit_reached"),
    Rule(ErrorType.QUOTA_EXHAUSTED, code="contract_spend_limit_reached"),
    Rule(ErrorType.QUOTA_EXHAUSTED, code="linked_organization_spend_limit_reached"),
    Rule(ErrorType.RATE_LIMITED, code="ramp_limit_exceeded"),
    # the account's own troubles that come as a 400 without a code
    Rule(ErrorType.BILLING, status=400, says="credit balance is too low"),
    Rule(ErrorType.QUOTA_EXHAUSTED, status=400, says="reached your specified"),
    Rule(ErrorType.KEY_REFUSED, status=400, says="organization has been disabled"),
    Rule(ErrorType.PERMISSION, status=400, says="anthropic-workspace-id is required"),
    # the key itself; the CORS refusal is about the caller's place, not the key
    Rule(ErrorType.UNKNOWN, status=401, says="CORS requests are not allowed"),
    Rule(ErrorType.KEY_REFUSED, type="authentication_error"),
    Rule(ErrorType.KEY_REFUSED, status=401),
    Rule(ErrorType.BILLING, type="billing_error"),
    Rule(ErrorType.BILLING, status=402),
    Rule(ErrorType.PERMISSION, type="permission_error"),
    Rule(ErrorType.REGION, status=403, type="forbidden"),
    # the request
    Rule(ErrorType.MODEL_UNAVAILABLE, type="not_found_error"),
    Rule(ErrorType.CONTEXT_TOO_LONG, status=400, says="prompt is too long"),
    Rule(ErrorType.CONTEXT_TOO_LONG, status=400, says="exceed context limit"),
    Rule(ErrorType.CONTEXT_TOO_LONG, type="request_too_large"),
    Rule(ErrorType.CONTEXT_TOO_LONG, status=413),
    Rule(ErrorType.REQUEST_INVALID, type="invalid_request_error"),
    # passing trouble
    Rule(ErrorType.RATE_LIMITED, type="rate_limit_error"),
    Rule(ErrorType.RATE_LIMITED, status=429),
    Rule(ErrorType.TIMEOUT, type="timeout_error"),
    Rule(ErrorType.TIMEOUT, status=408),
    Rule(ErrorType.TIMEOUT, status=504),
    Rule(ErrorType.OVERLOADED, type="overloaded_error"),
    Rule(ErrorType.OVERLOADED, type="api_error"),
)


def read_error(body: object, status: int | None, headers: Mapping[str, str]) -> Reported:
    """Return what the body says; an error inside a stream has no status, but the stream's headers."""
    error = mapping(mapping(body).get("error"))
    return Reported(
        type=text(error, "type"),
        code=text(mapping(error.get("details")), "error_code"),
        message=text(error, "message") or "",
        status=status,
        request_id=headers.get("request-id"),
        retry_after_seconds=read_retry_after(headers),
        limits=read_anthropic_limits(headers, utc_now()),
    )
