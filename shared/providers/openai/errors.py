"""OpenAI's errors, as a table. Most special first; the bodies behind the rows are in the simulator's."""

from __future__ import annotations

from collections.abc import Mapping

from shared.domain.error_types import ErrorType
from shared.providers.error_table import Reported, Rule, read_retry_after
from shared.providers.rate_limits import read_openai_limits
from shared.providers.wire_values import mapping, text

TABLE = (
    # the key and its account
    Rule(ErrorType.REGION, code="incorrect_hostname"),
    Rule(ErrorType.REGION, code="unsupported_country_region_territory"),
    Rule(ErrorType.REGION, code="data_residency_mismatch"),
    Rule(ErrorType.MODEL_UNAVAILABLE, code="model_not_found"),
    Rule(ErrorType.QUOTA_EXHAUSTED, code="insufficient_quota"),
    Rule(ErrorType.QUOTA_EXHAUSTED, code="credit_balance_exhausted"),
    Rule(ErrorType.QUOTA_EXHAUSTED, code="organization_spend_limit_exceeded"),
    Rule(ErrorType.QUOTA_EXHAUSTED, code="project_spend_limit_exceeded"),
    Rule(ErrorType.QUOTA_EXHAUSTED, code="organization_usage_limit_exceeded"),
    Rule(ErrorType.QUOTA_EXHAUSTED, type="insufficient_quota"),
    Rule(ErrorType.BILLING, code="billing_not_active"),
    # an organisation that is not verified may not stream GPT-5
    Rule(ErrorType.PERMISSION, code="unsupported_value", param="stream"),
    # a restricted key; the only error of the account without a code
    Rule(ErrorType.PERMISSION, status=401, says="Missing scopes"),
    # a genuine key beside the id of an organisation that is not its own
    Rule(ErrorType.PERMISSION, code="mismatched_organization"),
    Rule(ErrorType.KEY_REFUSED, status=401),
    Rule(ErrorType.BILLING, status=402),
    # the request
    Rule(ErrorType.CONTEXT_TOO_LONG, code="context_length_exceeded"),
    Rule(ErrorType.CONTEXT_TOO_LONG, status=400, says="Input tokens exceed the configured limit"),
    Rule(ErrorType.CONTEXT_TOO_LONG, status=413),
    Rule(ErrorType.CONTENT_REFUSED, code="invalid_prompt"),
    Rule(ErrorType.CONTENT_REFUSED, code="content_policy_violation"),
    Rule(ErrorType.CONTENT_REFUSED, code="content_filter"),
    # passing trouble
    Rule(ErrorType.RATE_LIMITED, status=429),
    Rule(ErrorType.RATE_LIMITED, code="rate_limit_exceeded"),
    Rule(ErrorType.TIMEOUT, status=408),
    Rule(ErrorType.TIMEOUT, status=504),
    Rule(ErrorType.OVERLOADED, code="server_is_overloaded"),
    Rule(ErrorType.OVERLOADED, type="service_unavailable_error"),
    Rule(ErrorType.OVERLOADED, type="server_error"),
    # what is left by its type; a 403 page from a proxy has none and stays unknown
    Rule(ErrorType.PERMISSION, status=403, type="invalid_request_error"),
    Rule(ErrorType.REQUEST_INVALID, type="invalid_request_error"),
    Rule(ErrorType.REQUEST_INVALID, status=400),
    Rule(ErrorType.REQUEST_INVALID, status=422),
)


def read_error(body: object, status: int | None, headers: Mapping[str, str]) -> Reported:
    """Return what the body says; its `error` where it has one. An error inside a stream has neither status nor wait."""
    error = mapping(body)
    error = mapping(error.get("error", error))
    is_answer = status is not None
    return Reported(
        type=text(error, "type"),
        code=text(error, "code"),
        param=text(error, "param"),
        message=text(error, "message") or "",
        status=status,
        request_id=headers.get("x-request-id") if is_answer else None,
        retry_after_seconds=read_retry_after(headers) if is_answer else None,
        limits=read_openai_limits(headers) if is_answer else None,
    )


def is_ban_on_streaming(reported: Reported) -> bool:
    """Tell whether the account may ask for this model, only not in a stream (nothing was billed)."""
    return reported.code == "unsupported_value" and reported.param == "stream"
