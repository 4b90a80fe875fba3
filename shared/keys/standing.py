"""What a probe's answer says of a key; pure."""

from __future__ import annotations

from datetime import datetime

from shared.domain.error_types import ErrorType
from shared.domain.key_format import DISPLAY_NAMES
from shared.domain.key_states import KeyState, state_after_probe
from shared.domain.reasons import reason_of_failure, safe_code
from shared.providers.port import CallFailure, ProbeAccepted, ProbeRefused, ProbeResult
from shared.store.keys.rows import Standing


def standing_after(result: ProbeResult, provider: str, at: datetime) -> Standing | None:
    """Return where the key stands after the probe, or None when the probe proves nothing."""
    if isinstance(result, ProbeAccepted):
        return Standing(state=KeyState.ACTIVE, provider_request_id=result.request_id, models=result.models)
    if isinstance(result, ProbeRefused):
        return standing_after_refusal(result.failure, provider, at)
    return None


def standing_after_refusal(failure: CallFailure, provider: str, at: datetime) -> Standing | None:
    """Return where a refused key stands, or None when the refusal says nothing about the key."""
    state = state_after_probe(failure.error)
    if state is None:
        return None
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
