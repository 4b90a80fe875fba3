"""One table says what each error proves of a key."""

from __future__ import annotations

import pytest

from shared.domain.error_types import ErrorType
from shared.domain.key_rules import KEY_RULES, SaveAnswer, key_rule
from shared.domain.key_states import KeyState

OUR_OWN = {
    ErrorType.NO_KEY,
    ErrorType.KEY_UNUSABLE,
    ErrorType.PLAN_FORBIDS_MODEL,
    ErrorType.MODEL_RETIRED,
    ErrorType.WORKER_CRASHED,
    ErrorType.EXPIRED,
}
INVALID, EMPTY, RESTRICTED, ACTIVE = KeyState.INVALID, KeyState.OUT_OF_QUOTA, KeyState.RESTRICTED, KeyState.ACTIVE
REFUSED, UNVERIFIED, ACCEPTED = SaveAnswer.REFUSED, SaveAnswer.UNVERIFIED, SaveAnswer.ACCEPTED

ROWS = [
    (ErrorType.KEY_REFUSED, 401, REFUSED, INVALID, True),
    (ErrorType.BILLING, 402, REFUSED, EMPTY, True),
    (ErrorType.QUOTA_EXHAUSTED, 429, REFUSED, EMPTY, True),
    (ErrorType.PERMISSION, 403, REFUSED, RESTRICTED, True),
    (ErrorType.REGION, 403, REFUSED, RESTRICTED, True),
    (ErrorType.MODEL_UNAVAILABLE, 404, REFUSED, ACTIVE, False),
    (ErrorType.MODEL_UNAVAILABLE, 403, REFUSED, ACTIVE, True),
    (ErrorType.RATE_LIMITED, 429, ACCEPTED, ACTIVE, False),
    (ErrorType.CONTENT_REFUSED, 400, ACCEPTED, ACTIVE, False),
    (ErrorType.OVERLOADED, 529, UNVERIFIED, None, False),
    (ErrorType.TIMEOUT, None, UNVERIFIED, None, False),
    (ErrorType.CONNECTION, None, UNVERIFIED, None, False),
    (ErrorType.REQUEST_INVALID, 400, UNVERIFIED, None, False),
    (ErrorType.CONTEXT_TOO_LONG, 400, UNVERIFIED, None, False),
    (ErrorType.STREAM_BROKEN, None, UNVERIFIED, None, False),
    (ErrorType.UNKNOWN, 418, UNVERIFIED, None, False),
    (ErrorType.UNKNOWN, 403, UNVERIFIED, RESTRICTED, True),
    (ErrorType.UNKNOWN, 401, UNVERIFIED, RESTRICTED, True),
]


@pytest.mark.parametrize(("error", "status", "save", "after_probe", "is_suspicious"), ROWS)
def test_a_row_says_what_a_save_answers_what_a_probe_proves_and_what_traffic_does(
    error: ErrorType, status: int | None, save: SaveAnswer, after_probe: KeyState | None, is_suspicious: bool
) -> None:
    rule = key_rule(error, status)
    assert (rule.save, rule.after_probe, rule.is_suspicious) == (save, after_probe, is_suspicious)


def test_the_table_has_a_row_for_every_error_that_a_provider_can_cause_and_for_no_other() -> None:
    assert set(KEY_RULES) == set(ErrorType) - OUR_OWN
    assert {error for error, *_ in ROWS} == set(KEY_RULES)


@pytest.mark.parametrize("error", sorted(OUR_OWN))
def test_an_error_of_our_own_says_nothing_of_a_key(error: ErrorType) -> None:
    rule = key_rule(error, None)
    assert (rule.after_probe, rule.is_suspicious) == (None, False)


@pytest.mark.parametrize("error", sorted({ErrorType.PERMISSION, ErrorType.MODEL_UNAVAILABLE}))
def test_only_a_missing_scope_or_model_lets_a_probe_ask_another_model(error: ErrorType) -> None:
    assert key_rule(error, 403).may_be_the_model
    assert not key_rule(ErrorType.KEY_REFUSED, 401).may_be_the_model
