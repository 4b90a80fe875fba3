"""What each of a provider's errors says of the key that met it: one table for every door (requirements S3, S4)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from shared.domain.error_types import ErrorType
from shared.domain.key_states import KeyState


class SaveAnswer(StrEnum):
    """What somebody who saves or rotates a key is told."""

    ACCEPTED = "accepted"
    """201: the provider knows the key and would work for it."""
    REFUSED = "refused"
    """422: the provider said no; nothing is kept."""
    UNVERIFIED = "unverified"
    """502: nothing was learnt; nothing is kept."""


@dataclass(frozen=True, slots=True)
class KeyRule:
    """One row. `after_probe` is the state that a probe's error proves, None when it proves nothing.

    `is_suspicious`: met in traffic, the error makes the key suspect and a probe decides.
    `may_be_the_model`: another model may work, so the probe asks the next one before it judges the key.
    """

    save: SaveAnswer
    after_probe: KeyState | None
    is_suspicious: bool
    may_be_the_model: bool = False


def _refused(state: KeyState, *, may_be_the_model: bool = False) -> KeyRule:
    return KeyRule(SaveAnswer.REFUSED, state, is_suspicious=True, may_be_the_model=may_be_the_model)


_PROVES_GOOD = KeyRule(SaveAnswer.ACCEPTED, KeyState.ACTIVE, is_suspicious=False)
_PROVES_NOTHING = KeyRule(SaveAnswer.UNVERIFIED, None, is_suspicious=False)
_NOT_THIS_MODEL = KeyRule(SaveAnswer.REFUSED, KeyState.ACTIVE, is_suspicious=False, may_be_the_model=True)
_REFUSED_SOMEHOW = KeyRule(SaveAnswer.UNVERIFIED, KeyState.RESTRICTED, is_suspicious=True)
_NOT_THIS_MODEL_FOR_THIS_KEY = KeyRule(SaveAnswer.REFUSED, KeyState.ACTIVE, is_suspicious=True, may_be_the_model=True)

KEY_RULES = {
    ErrorType.KEY_REFUSED: _refused(KeyState.INVALID),
    ErrorType.BILLING: _refused(KeyState.OUT_OF_QUOTA),
    ErrorType.QUOTA_EXHAUSTED: _refused(KeyState.OUT_OF_QUOTA),
    ErrorType.PERMISSION: _refused(KeyState.RESTRICTED, may_be_the_model=True),
    ErrorType.REGION: _refused(KeyState.RESTRICTED),
    ErrorType.MODEL_UNAVAILABLE: _NOT_THIS_MODEL,
    # whoever is told to slow down, or that a text is not wanted, has been let in
    ErrorType.RATE_LIMITED: _PROVES_GOOD,
    ErrorType.CONTENT_REFUSED: _PROVES_GOOD,
    ErrorType.OVERLOADED: _PROVES_NOTHING,
    ErrorType.TIMEOUT: _PROVES_NOTHING,
    ErrorType.CONNECTION: _PROVES_NOTHING,
    ErrorType.REQUEST_INVALID: _PROVES_NOTHING,
    ErrorType.CONTEXT_TOO_LONG: _PROVES_NOTHING,
    ErrorType.STREAM_BROKEN: _PROVES_NOTHING,
    ErrorType.UNKNOWN: _PROVES_NOTHING,
}
"""One row for each error type that a provider can cause (DESIGN 6)."""

REFUSAL_STATUSES = frozenset({401, 403})
REFUSAL_RULES = {
    ErrorType.UNKNOWN: _REFUSED_SOMEHOW,
    ErrorType.MODEL_UNAVAILABLE: _NOT_THIS_MODEL_FOR_THIS_KEY,
}
"""The rows that read otherwise when they come as a 401 or 403: each of those is probed (S4)."""


def key_rule(error: ErrorType, status: int | None) -> KeyRule:
    """Return the row for a provider's error and its HTTP status; errors of our own say nothing of a key."""
    if status in REFUSAL_STATUSES and error in REFUSAL_RULES:
        return REFUSAL_RULES[error]
    return KEY_RULES.get(error, _PROVES_NOTHING)
