"""Why a key was not saved, rotated or tested: one shape for every door."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shared.domain.error_types import ErrorType
from shared.domain.key_format import DISPLAY_NAMES
from shared.domain.reasons import reason_of_failure, reason_of_refused_candidate, safe_code
from shared.providers.port import CallFailure
from shared.store.keys.rows import ChangeRefusal

UNPROCESSABLE, FORBIDDEN, NOT_FOUND, CONFLICT, BAD_GATEWAY = 422, 403, 404, 409, 502


@dataclass(frozen=True, slots=True)
class KeyRefusal:
    """The answer: HTTP status, code, one sentence, the field, and the provider's own facts."""

    status: int
    code: str
    message: str
    param: str | None = None
    provider: str | None = None
    provider_status: int | None = None
    provider_code: str | None = None
    provider_request_id: str | None = None


NO_SUCH_KEY = KeyRefusal(NOT_FOUND, "not_found", "There is no such key in this workspace.", "id")
STALE_VERSION = KeyRefusal(
    CONFLICT,
    "version_conflict",
    "The key was rotated or deleted in the meantime; read it again and repeat.",
    "version",
)
DISABLED = KeyRefusal(CONFLICT, "key_disabled", "The key is disabled; enable it first.", "disabled")
PLAN_FORBIDS_KEYS = KeyRefusal(
    FORBIDDEN,
    "plan_forbids_keys",
    "The Free plan has no provider keys; upgrade to Pro or Scale.",
    "provider",
)


DEFAULT_DISABLED = KeyRefusal(
    CONFLICT,
    "key_disabled",
    "A disabled key cannot be the default: bots without a key of their own would stand still. Enable it first.",
    "default",
)
WHY_UNCHANGED = {ChangeRefusal.NOT_FOUND: NO_SUCH_KEY, ChangeRefusal.DEFAULT_DISABLED: DEFAULT_DISABLED}


def same_key(label: str, provider: str) -> KeyRefusal:
    """Return the refusal of a text that another key of the workspace has."""
    message = f"This key is saved already, as “{label}”. Use that one, or paste another key."
    return KeyRefusal(CONFLICT, "duplicate_key", message, "key", provider)


def malformed(problem: str, provider: str) -> KeyRefusal:
    """Return the refusal of a text that cannot be a key; no call was made."""
    if problem.startswith("provider"):
        return KeyRefusal(UNPROCESSABLE, "invalid_request", problem, "provider")
    return KeyRefusal(UNPROCESSABLE, "invalid_key_format", f"Invalid API key: {problem}", "key", provider)


def refused_by_provider(failure: CallFailure, provider: str, at: datetime) -> KeyRefusal:
    """Return the refusal of a key that its provider refused, with the provider's own status and code (S3)."""
    status, kind, code = failure.status, failure.type, failure.code
    if failure.error is ErrorType.KEY_REFUSED:
        message = reason_of_refused_candidate(provider=provider, status=status, type=kind, code=code)
    else:
        message = reason_of_failure(failure.error, provider=provider, at=at, status=status, type=kind, code=code)
    return _with_facts(UNPROCESSABLE, failure.error.value, message, failure, provider)


def no_model_reached(failure: CallFailure, provider: str) -> KeyRefusal:
    """Return the refusal of a genuine key whose account reaches none of the models that the plan has here."""
    name = DISPLAY_NAMES[provider]
    message = (
        f"{name} knows the key, but its account reaches none of the models offered here. Check its project's models."
    )
    return _with_facts(UNPROCESSABLE, failure.error.value, message, failure, provider)


def could_not_verify(failure: CallFailure, provider: str) -> KeyRefusal:
    """Return the answer when nothing was learnt about the key: nothing is kept."""
    name = DISPLAY_NAMES[provider]
    message = f"{name} could not be asked whether the key works ({failure.error}). Nothing was saved; try again."
    return _with_facts(BAD_GATEWAY, "could_not_verify", message, failure, provider)


def _with_facts(status: int, code: str, message: str, failure: CallFailure, provider: str) -> KeyRefusal:
    return KeyRefusal(
        status=status,
        code=code,
        message=message,
        param="key",
        provider=provider,
        provider_status=failure.status,
        provider_code=safe_code(failure.code) or safe_code(failure.type),
        provider_request_id=failure.request_id,
    )
