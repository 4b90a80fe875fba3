"""Keys that may heal are probed again, ever less often."""

from __future__ import annotations

import pytest

from shared.domain.key_states import KeyState
from shared.domain.recheck_rule import RecheckPolicy, next_recheck_seconds

POLICY = RecheckPolicy(first_seconds=300, longest_seconds=2000)


def pause(state: KeyState, before_seconds: float | None = None, *, blocked: bool = False) -> float | None:
    """Return the next pause."""
    return next_recheck_seconds(state, has_blocked_models=blocked, before_seconds=before_seconds, policy=POLICY)


@pytest.mark.parametrize("state", [KeyState.OUT_OF_QUOTA, KeyState.RESTRICTED, KeyState.CANNOT_DECRYPT])
def test_a_key_that_may_recover_is_probed_again_and_the_pause_doubles_up_to_the_longest(state: KeyState) -> None:
    assert [pause(state), pause(state, 300), pause(state, 1200), pause(state, 2000)] == [300, 600, 2000, 2000]


@pytest.mark.parametrize("state", [KeyState.ACTIVE, KeyState.SUSPECT, KeyState.INVALID, KeyState.DISABLED])
def test_no_schedule_probes_a_key_that_works_or_that_only_a_person_can_mend(state: KeyState) -> None:
    assert pause(state) is None


def test_a_working_key_with_a_blocked_model_is_probed_for_that_model() -> None:
    assert pause(KeyState.ACTIVE, blocked=True) == 300
    assert pause(KeyState.INVALID, blocked=True) is None
