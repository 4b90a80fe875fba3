"""What a probe's answer says of a key; pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from shared.domain.error_types import ErrorType
from shared.domain.key_format import DISPLAY_NAMES
from shared.domain.key_rules import key_rule
from shared.domain.key_states import KeyState
from shared.domain.reasons import reason_of_failure, safe_code
from shared.domain.recheck_rule import RecheckPolicy, next_recheck_seconds
from shared.providers.port import CallFailure, ProbeAccepted, ProbeInconclusive, ProbeResult
from shared.store.keys.rows import Standing


def standing_after(
    result: ProbeResult, provider: str, at: datetime, *, blocked: Mapping[str, str] | None = None
) -> Standing | None:
    """Return where the key stands after the probe, or None when the probe proves nothing.

    `blocked` are the models that the key was known not to reach: the probe's own findings go over them.
    """
    if isinstance(result, ProbeInconclusive):
        return None
    if isinstance(result, ProbeAccepted):
        found = {model: failure.error.value for model, failure in result.blocked.items()}
        still = {model: error for model, error in (blocked or {}).items() if model != result.model}
        return Standing(
            state=KeyState.ACTIVE,
            provider_request_id=result.request_id,
            models=result.models,
            blocked=still | found,
        )
    standing = _refused(result.failure, provider, at)
    return None if standing is None else replace(standing, blocked=blocked or {})


def standing_after_call(
    failure: CallFailure, provider: str, at: datetime, *, model: str, blocked: Mapping[str, str]
) -> Standing | None:
    """Return where the key stands after a turn's call that served as its probe, None when it proves nothing.

    One call asks one model: what may be the model's fault blocks the model and clears the key.
    """
    if key_rule(failure.error, failure.status).may_be_the_model:
        found = {model: failure.error.value}
        return Standing(state=KeyState.ACTIVE, provider_request_id=failure.request_id, blocked={**blocked, **found})
    standing = _refused(failure, provider, at)
    return None if standing is None else replace(standing, blocked=blocked)


def with_recheck(standing: Standing, before_seconds: float | None, policy: RecheckPolicy) -> Standing:
    """Return the standing with the pause after which the key is probed again by itself."""
    seconds = next_recheck_seconds(
        standing.state, has_blocked_models=bool(standing.blocked), before_seconds=before_seconds, policy=policy
    )
    return replace(standing, recheck_seconds=seconds)


def _refused(failure: CallFailure, provider: str, at: datetime) -> Standing | None:
    state = key_rule(failure.error, failure.status).after_probe
    if state is None:
        return None
    if state is KeyState.ACTIVE:
        return Standing(state=state, provider_request_id=failure.request_id)
    return Standing(
        state=state,
        reason_code=failure.error.value,
        reason=reason_of_failure(
            failure.error,
            provider=provider,
            at=at,
            status=failure.status,
            type=failure.type,
            code=failure.code,
        ),
        provider_status=failure.status,
        provider_code=safe_code(failure.code) or safe_code(failure.type),
        provider_request_id=failure.request_id,
    )


def cannot_decrypt(provider: str) -> Standing:
    """Return the standing of a key that no master key opens."""
    name = DISPLAY_NAMES[provider]
    return Standing(
        state=KeyState.CANNOT_DECRYPT,
        reason_code=ErrorType.KEY_UNUSABLE.value,
        reason=f"The stored {name} key cannot be decrypted with the present master keys. Rotate it: paste it anew.",
    )
