"""When a key that may recover by itself is probed again: credit is bought, a limit resets, a scope is granted."""

from __future__ import annotations

from dataclasses import dataclass

from shared.domain.key_states import KeyState

RECOVERING = frozenset({KeyState.OUT_OF_QUOTA, KeyState.RESTRICTED, KeyState.CANNOT_DECRYPT})
"""A refused key stays refused until somebody rotates or re-tests it; these may heal without a word to us: credit is
bought, a scope is granted, a master key that was missing is set."""


@dataclass(frozen=True, slots=True)
class RecheckPolicy:
    """The first pause and the longest; each probe that finds no change doubles it."""

    first_seconds: float = 300.0
    longest_seconds: float = 21_600.0


def next_recheck_seconds(
    state: KeyState, *, has_blocked_models: bool, before_seconds: float | None, policy: RecheckPolicy
) -> float | None:
    """Return in how many seconds the key is probed again, None for never.

    `before_seconds` is the pause that led to this probe, None for a probe that no schedule asked for.
    """
    if state not in RECOVERING and not (state is KeyState.ACTIVE and has_blocked_models):
        return None
    if before_seconds is None:
        return policy.first_seconds
    return min(before_seconds * 2, policy.longest_seconds)
