"""What every scenario of the simulator must become: one row each, None for an answer."""

from __future__ import annotations

from collections.abc import Mapping

from shared.domain.error_types import ErrorType as E

Expected = E | None | tuple[E | None, E | None]
"""One reason for whole and streamed calls alike, or (whole, streamed)."""

FAULTS: Mapping[str, Expected] = {
    "ok": None,
    "length": None,
    "refusal": None,
    "no_usage": None,
    "cached": None,
    "bad_gateway_page": E.OVERLOADED,
    "forbidden_page": E.UNKNOWN,
    "redirect": E.UNKNOWN,
    "garbage": (E.UNKNOWN, E.STREAM_BROKEN),
    "wrong_shape": (E.UNKNOWN, E.STREAM_BROKEN),
    "hang": E.TIMEOUT,
    "hang_midway": (E.CONNECTION, E.TIMEOUT),
    "truncated": (E.CONNECTION, E.STREAM_BROKEN),
    "broken": (E.CONNECTION, E.STREAM_BROKEN),
    "refused_connection": E.CONNECTION,
}

OPENAI: Mapping[str, Expected] = {
    **FAULTS,
    "invalid_api_key": E.KEY_REFUSED,
    "account_deactivated": E.KEY_REFUSED,
    "mismatched_organization": E.PERMISSION,
    "incorrect_hostname": E.REGION,
    "missing_scopes": E.PERMISSION,
    "unsupported_country": E.REGION,
    "project_lacks_model": E.MODEL_UNAVAILABLE,
    "model_not_found": E.MODEL_UNAVAILABLE,
    "model_deprecated": E.MODEL_UNAVAILABLE,
    "insufficient_quota": E.QUOTA_EXHAUSTED,
    "insufficient_quota_old": E.QUOTA_EXHAUSTED,
    "credit_balance_exhausted": E.QUOTA_EXHAUSTED,
    "organization_spend_limit_exceeded": E.QUOTA_EXHAUSTED,
    "project_spend_limit_exceeded": E.QUOTA_EXHAUSTED,
    "organization_usage_limit_exceeded": E.QUOTA_EXHAUSTED,
    "billing_not_active": E.BILLING,
    "rate_limit_no_time": E.RATE_LIMITED,
    "rate_limit_tokens": E.RATE_LIMITED,
    "rate_limit_requests": E.RATE_LIMITED,
    "slow_down": E.RATE_LIMITED,
    "context_configured_limit": E.CONTEXT_TOO_LONG,
    "context_configured_limit_no_code": E.CONTEXT_TOO_LONG,
    "invalid_prompt": E.CONTENT_REFUSED,
    "unsupported_temperature": E.REQUEST_INVALID,
    "unsupported_max_tokens": E.REQUEST_INVALID,
    "could_not_finish": E.REQUEST_INVALID,
    "below_min_value": E.REQUEST_INVALID,
    "unsupported_effort": E.REQUEST_INVALID,
    "unverified_organization": None,
    "server_is_overloaded": E.OVERLOADED,
    "server_error": E.OVERLOADED,
    "stream_server_error": (None, E.OVERLOADED),
    "stream_overloaded": (None, E.OVERLOADED),
    "stream_context": (None, E.CONTEXT_TOO_LONG),
    "no_model_list": None,
}

ANTHROPIC: Mapping[str, Expected] = {
    **FAULTS,
    "invalid_api_key": E.KEY_REFUSED,
    "invalid_x_api_key": E.KEY_REFUSED,
    "cors": E.UNKNOWN,
    "region_block": E.REGION,
    "credit_balance": E.BILLING,
    "usage_limits": E.QUOTA_EXHAUSTED,
    "workspace_usage_limits": E.QUOTA_EXHAUSTED,
    "organization_disabled": E.KEY_REFUSED,
    "organization_on_hold": E.KEY_REFUSED,
    "identity_linked": E.PERMISSION,
    "model_not_found": E.MODEL_UNAVAILABLE,
    "prompt_too_long": E.CONTEXT_TOO_LONG,
    "exceeds_context": E.CONTEXT_TOO_LONG,
    "request_too_large": E.CONTEXT_TOO_LONG,
    "rate_limit_tokens": E.RATE_LIMITED,
    "rate_limit_requests": E.RATE_LIMITED,
    "enforced_spend_limit": E.QUOTA_EXHAUSTED,
    "contract_spend_limit": E.QUOTA_EXHAUSTED,
    "ramp_limit": E.RATE_LIMITED,
    "overloaded": E.OVERLOADED,
    "server_error": E.OVERLOADED,
    "gateway_timeout": E.TIMEOUT,
    "billing_error": E.BILLING,
    "linked_spend_limit": E.QUOTA_EXHAUSTED,
    "permission_error": E.PERMISSION,
    "unsupported_by_model": E.REQUEST_INVALID,
    "unsupported_temperature": E.REQUEST_INVALID,
    "missing_max_tokens": E.REQUEST_INVALID,
    "missing_version": E.REQUEST_INVALID,
    "stream_overloaded": (None, E.OVERLOADED),
    "stream_server_error": (None, E.OVERLOADED),
    "stream_rate_limit": (None, E.RATE_LIMITED),
    "no_model_list": None,
}

COMPATIBLE: Mapping[str, Expected] = {
    **FAULTS,
    # a stream without a word is asked again whole, and ends as that does
    "garbage": E.UNKNOWN,
    "wrong_shape": E.UNKNOWN,
    "invalid_api_key": E.KEY_REFUSED,
    "rate_limit_requests": E.RATE_LIMITED,
    "vllm_model_not_found": E.MODEL_UNAVAILABLE,
    "vllm_model_not_found_bare": E.MODEL_UNAVAILABLE,
    "vllm_context": E.CONTEXT_TOO_LONG,
    "vllm_engine_dead": E.OVERLOADED,
    "vllm_validation": E.REQUEST_INVALID,
    "vllm_stream_error": (None, E.OVERLOADED),
    "vllm_stream_error_bare": (None, E.CONTEXT_TOO_LONG),
    "ollama_model_not_found": E.MODEL_UNAVAILABLE,
    "ollama_model_not_found_text": E.MODEL_UNAVAILABLE,
    "ollama_runner_died": E.OVERLOADED,
    "ollama_busy": E.OVERLOADED,
    "ollama_stream_error": (None, E.UNKNOWN),
    "llamacpp_context": E.CONTEXT_TOO_LONG,
    "llamacpp_context_old": E.CONTEXT_TOO_LONG,
    "llamacpp_loading": E.OVERLOADED,
    "llamacpp_python_context": E.CONTEXT_TOO_LONG,
    "wrong_path": E.UNKNOWN,
    "nothing": None,
    "comments": None,
    "crlf": None,
    "no_done": None,
    "empty_finish": None,
    "usage_beside": None,
    "reasoning": None,
}

EXPECTATIONS = {"openai": OPENAI, "anthropic": ANTHROPIC}


def expected_of(provider: str, scenario: str, *, stream: bool) -> E | None:
    """Return what the call must become."""
    expected = EXPECTATIONS[provider][scenario]
    return expected[stream] if isinstance(expected, tuple) else expected
