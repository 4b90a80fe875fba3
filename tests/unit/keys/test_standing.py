"""What a probe's answer, or a turn's that served as the probe, makes of a key."""

from __future__ import annotations

from datetime import UTC, datetime

from shared.domain.error_types import ErrorType
from shared.domain.key_states import KeyState
from shared.domain.recheck_rule import RecheckPolicy
from shared.keys.standing import standing_after, standing_after_call, with_recheck
from shared.providers.port import CallFailure, ProbeAccepted, ProbeInconclusive, ProbeRefused

AT = datetime(2026, 11, 1, 12, 30, tzinfo=UTC)
NO_SCOPE = CallFailure(ErrorType.PERMISSION, status=403, code="no_scope", request_id="req_1")
REVOKED = CallFailure(ErrorType.KEY_REFUSED, status=401, code="invalid_api_key", request_id="req_2")
DOWN = CallFailure(ErrorType.OVERLOADED, status=529)


def test_a_probe_that_passes_on_another_model_blocks_the_model_and_not_the_key() -> None:
    result = ProbeAccepted("gpt-5-mini", ("gpt-5-mini",), "req_3", blocked={"gpt-5": NO_SCOPE})

    standing = standing_after(result, "openai", AT)

    assert standing is not None
    assert (standing.state, standing.reason) == (KeyState.ACTIVE, None)
    assert standing.blocked == {"gpt-5": "permission"}


def test_a_model_that_answers_again_is_blocked_no_more_and_others_stay_blocked() -> None:
    known = {"gpt-5": "permission", "other": "permission"}

    standing = standing_after(ProbeAccepted("gpt-5", None), "openai", AT, blocked=known)

    assert standing is not None
    assert standing.blocked == {"other": "permission"}


def test_a_refusal_gives_state_code_reason_and_the_providers_own_facts() -> None:
    standing = standing_after(ProbeRefused(REVOKED), "openai", AT)

    assert standing is not None
    assert (standing.state, standing.reason_code) == (KeyState.INVALID, "key_refused")
    assert standing.reason is not None
    assert "OpenAI key was refused on 01 Nov 2026 12:30 UTC" in standing.reason
    assert (standing.provider_status, standing.provider_code) == (401, "invalid_api_key")
    assert standing.provider_request_id == "req_2"


def test_a_provider_that_is_down_proves_nothing() -> None:
    assert standing_after(ProbeInconclusive(DOWN), "openai", AT) is None
    assert standing_after_call(DOWN, "openai", AT, model="gpt-5", blocked={}) is None


def test_a_call_that_served_as_the_probe_asked_one_model_only_so_it_blocks_that_model() -> None:
    standing = standing_after_call(NO_SCOPE, "openai", AT, model="gpt-5", blocked={"other": "permission"})

    assert standing is not None
    assert standing.state is KeyState.ACTIVE
    assert standing.blocked == {"gpt-5": "permission", "other": "permission"}


def test_a_call_that_served_as_the_probe_condemns_a_revoked_key_whatever_the_model() -> None:
    standing = standing_after_call(REVOKED, "openai", AT, model="gpt-5", blocked={})

    assert standing is not None
    assert standing.state is KeyState.INVALID


def test_the_next_probe_is_set_by_the_standing() -> None:
    policy = RecheckPolicy(first_seconds=10)
    restricted = standing_after(ProbeRefused(NO_SCOPE), "openai", AT)
    invalid = standing_after(ProbeRefused(REVOKED), "openai", AT)
    assert restricted is not None
    assert invalid is not None

    assert with_recheck(restricted, None, policy).recheck_seconds == 10
    assert with_recheck(restricted, 10, policy).recheck_seconds == 20
    assert with_recheck(invalid, None, policy).recheck_seconds is None
