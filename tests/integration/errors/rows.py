"""The table of every provider error: what a turn, its key and a save of such a key become. One row a scenario."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from shared.domain.error_types import ErrorType as E
from shared.domain.key_states import KeyState as S


@dataclass(frozen=True, slots=True)
class Row:
    """What a scenario leads to at every door.

    `whole` and `streamed`: the turn's error type, None for an answer. `state`: where the key stands after
    the turn and the validator's probe, which meets the same scenario. `save`: what validate & save answers:
    201 kept, 422 refused, 502 could not verify.
    """

    whole: E | None
    streamed: E | None
    state: S
    save: int


def _row(error: E | None, state: S, save: int, *, streamed: E | None = None) -> Row:
    return Row(error, streamed or error, state, save)


def _in_streams(error: E) -> Row:
    """Return the row of a scenario that whole calls, and so the probe, do not meet."""
    return Row(None, error, S.ACTIVE, 201)


ANSWERED = _row(None, S.ACTIVE, 201)

FAULTS: Mapping[str, Row] = {
    "ok": ANSWERED,
    "length": ANSWERED,
    "refusal": ANSWERED,
    "no_usage": ANSWERED,
    "cached": ANSWERED,
    "bad_gateway_page": _row(E.OVERLOADED, S.ACTIVE, 502),
    "forbidden_page": _row(E.UNKNOWN, S.RESTRICTED, 502),
    "redirect": _row(E.UNKNOWN, S.ACTIVE, 502),
    "garbage": _row(E.UNKNOWN, S.ACTIVE, 502, streamed=E.STREAM_BROKEN),
    "wrong_shape": _row(E.UNKNOWN, S.ACTIVE, 502, streamed=E.STREAM_BROKEN),
    "hang": _row(E.TIMEOUT, S.ACTIVE, 502),
    "hang_midway": _row(E.CONNECTION, S.ACTIVE, 502, streamed=E.TIMEOUT),
    "truncated": _row(E.CONNECTION, S.ACTIVE, 502, streamed=E.STREAM_BROKEN),
    "broken": _row(E.CONNECTION, S.ACTIVE, 502, streamed=E.STREAM_BROKEN),
    "refused_connection": _row(E.CONNECTION, S.ACTIVE, 502),
}

OPENAI: Mapping[str, Row] = {
    **FAULTS,
    "invalid_api_key": _row(E.KEY_REFUSED, S.INVALID, 422),
    "account_deactivated": _row(E.KEY_REFUSED, S.INVALID, 422),
    "mismatched_organization": _row(E.PERMISSION, S.RESTRICTED, 422),
    "incorrect_hostname": _row(E.REGION, S.RESTRICTED, 422),
    "missing_scopes": _row(E.PERMISSION, S.RESTRICTED, 422),
    "unsupported_country": _row(E.REGION, S.RESTRICTED, 422),
    "project_lacks_model": _row(E.MODEL_UNAVAILABLE, S.ACTIVE, 422),
    "model_not_found": _row(E.MODEL_UNAVAILABLE, S.ACTIVE, 422),
    "model_deprecated": _row(E.MODEL_UNAVAILABLE, S.ACTIVE, 422),
    "insufficient_quota": _row(E.QUOTA_EXHAUSTED, S.OUT_OF_QUOTA, 422),
    "insufficient_quota_old": _row(E.QUOTA_EXHAUSTED, S.OUT_OF_QUOTA, 422),
    "credit_balance_exhausted": _row(E.QUOTA_EXHAUSTED, S.OUT_OF_QUOTA, 422),
    "organization_spend_limit_exceeded": _row(E.QUOTA_EXHAUSTED, S.OUT_OF_QUOTA, 422),
    "project_spend_limit_exceeded": _row(E.QUOTA_EXHAUSTED, S.OUT_OF_QUOTA, 422),
    "organization_usage_limit_exceeded": _row(E.QUOTA_EXHAUSTED, S.OUT_OF_QUOTA, 422),
    "billing_not_active": _row(E.BILLING, S.OUT_OF_QUOTA, 422),
    "rate_limit_tokens": _row(E.RATE_LIMITED, S.ACTIVE, 201),
    "rate_limit_no_time": _row(E.RATE_LIMITED, S.ACTIVE, 201),
    "rate_limit_requests": _row(E.RATE_LIMITED, S.ACTIVE, 201),
    "slow_down": _row(E.RATE_LIMITED, S.ACTIVE, 201),
    "context_configured_limit": _row(E.CONTEXT_TOO_LONG, S.ACTIVE, 502),
    "context_configured_limit_no_code": _row(E.CONTEXT_TOO_LONG, S.ACTIVE, 502),
    "invalid_prompt": _row(E.CONTENT_REFUSED, S.ACTIVE, 201),
    "unsupported_temperature": _row(E.REQUEST_INVALID, S.ACTIVE, 502),
    "unsupported_max_tokens": _row(E.REQUEST_INVALID, S.ACTIVE, 502),
    "could_not_finish": _row(E.REQUEST_INVALID, S.ACTIVE, 502),
    "below_min_value": _row(E.REQUEST_INVALID, S.ACTIVE, 502),
    "unsupported_effort": _row(E.REQUEST_INVALID, S.ACTIVE, 502),
    "unverified_organization": ANSWERED,
    "server_is_overloaded": _row(E.OVERLOADED, S.ACTIVE, 502),
    "server_error": _row(E.OVERLOADED, S.ACTIVE, 502),
    "stream_server_error": _in_streams(E.OVERLOADED),
    "stream_overloaded": _in_streams(E.OVERLOADED),
    "stream_context": _in_streams(E.CONTEXT_TOO_LONG),
    "no_model_list": ANSWERED,
}

ANTHROPIC: Mapping[str, Row] = {
    **FAULTS,
    "invalid_api_key": _row(E.KEY_REFUSED, S.INVALID, 422),
    "invalid_x_api_key": _row(E.KEY_REFUSED, S.INVALID, 422),
    "cors": _row(E.UNKNOWN, S.RESTRICTED, 502),
    "region_block": _row(E.REGION, S.RESTRICTED, 422),
    "credit_balance": _row(E.BILLING, S.OUT_OF_QUOTA, 422),
    "usage_limits": _row(E.QUOTA_EXHAUSTED, S.OUT_OF_QUOTA, 422),
    "workspace_usage_limits": _row(E.QUOTA_EXHAUSTED, S.OUT_OF_QUOTA, 422),
    "organization_disabled": _row(E.KEY_REFUSED, S.INVALID, 422),
    "organization_on_hold": _row(E.KEY_REFUSED, S.INVALID, 422),
    "identity_linked": _row(E.PERMISSION, S.RESTRICTED, 422),
    "model_not_found": _row(E.MODEL_UNAVAILABLE, S.ACTIVE, 422),
    "prompt_too_long": _row(E.CONTEXT_TOO_LONG, S.ACTIVE, 502),
    "exceeds_context": _row(E.CONTEXT_TOO_LONG, S.ACTIVE, 502),
    "request_too_large": _row(E.CONTEXT_TOO_LONG, S.ACTIVE, 502),
    "rate_limit_tokens": _row(E.RATE_LIMITED, S.ACTIVE, 201),
    "rate_limit_requests": _row(E.RATE_LIMITED, S.ACTIVE, 201),
    "enforced_spend_limit": _row(E.QUOTA_EXHAUSTED, S.OUT_OF_QUOTA, 422),
    "contract_spend_limit": _row(E.QUOTA_EXHAUSTED, S.OUT_OF_QUOTA, 422),
    "ramp_limit": _row(E.RATE_LIMITED, S.ACTIVE, 201),
    "overloaded": _row(E.OVERLOADED, S.ACTIVE, 502),
    "server_error": _row(E.OVERLOADED, S.ACTIVE, 502),
    "gateway_timeout": _row(E.TIMEOUT, S.ACTIVE, 502),
    "billing_error": _row(E.BILLING, S.OUT_OF_QUOTA, 422),
    "linked_spend_limit": _row(E.QUOTA_EXHAUSTED, S.OUT_OF_QUOTA, 422),
    "permission_error": _row(E.PERMISSION, S.RESTRICTED, 422),
    "unsupported_temperature": _row(E.REQUEST_INVALID, S.ACTIVE, 502),
    "unsupported_by_model": _row(E.REQUEST_INVALID, S.ACTIVE, 502),
    "missing_max_tokens": _row(E.REQUEST_INVALID, S.ACTIVE, 502),
    "missing_version": _row(E.REQUEST_INVALID, S.ACTIVE, 502),
    "stream_overloaded": _in_streams(E.OVERLOADED),
    "stream_server_error": _in_streams(E.OVERLOADED),
    "stream_rate_limit": _in_streams(E.RATE_LIMITED),
    "no_model_list": ANSWERED,
}

TABLE: Mapping[str, Mapping[str, Row]] = {"openai": OPENAI, "anthropic": ANTHROPIC}
