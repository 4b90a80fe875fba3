from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from services.workers.completion.attempt import Called
from services.workers.completion.outcome import RetryIn, judge
from services.workers.completion.tokens import estimate_tokens
from shared.domain.error_types import ErrorType
from shared.domain.retry_rule import RetryPolicy
from shared.domain.turn_status import Door, TurnStatus
from shared.domain.usage import NO_USAGE, Usage, UsageKind
from shared.providers.port import Answer, CallFailure, CallResult
from shared.store.turns.rows import AttemptEnd
from tests.unit.completion.making import NOW, make_asked

POLICY = RetryPolicy()
USAGE = Usage(input_tokens=10, output_tokens=5)


def called(result: CallResult) -> Called:
    return Called(result, call_ms=5)


def end_of(result: CallResult, *, after_seconds: float = 1.0, retries: int = 0, **turn: Any) -> AttemptEnd:
    asked = make_asked(retries=retries, **turn)
    end = judge(asked, called(result), policy=POLICY, now=NOW + timedelta(seconds=after_seconds))
    assert isinstance(end, AttemptEnd)
    return end


def test_an_answer_completes_the_turn_with_the_providers_figures() -> None:
    end = end_of(Answer("Hi", "stop", USAGE, "req_1", {"seed": "No."}))
    assert (end.status, end.answer, end.finish_reason, end.keeps_quota) == (TurnStatus.COMPLETED, "Hi", "stop", True)
    assert (end.usage, end.usage_kind) == (USAGE, UsageKind.EXACT)
    assert (end.provider, end.wire_model, end.provider_request_id) == ("openai", "gpt-5-mini", "req_1")
    assert end.ignored_parameters == {"seed": "No."}


def test_an_answer_without_figures_is_estimated_by_its_letters() -> None:
    asked = make_asked(question="y" * 80)
    end = judge(asked, called(Answer("x" * 40, "stop", usage=None)), policy=POLICY, now=NOW)
    assert isinstance(end, AttemptEnd)
    assert end.usage_kind is UsageKind.ESTIMATED
    assert end.usage == Usage(input_tokens=4 + 19, output_tokens=9)


def test_what_postgresql_cannot_hold_is_replaced_in_the_answer() -> None:
    assert end_of(Answer("a\x00b\ud800c", "stop", USAGE)).answer == "a\ufffdb\ufffdc"


def test_a_refused_key_ends_the_turn_at_once_and_is_accused() -> None:
    end = end_of(CallFailure(ErrorType.KEY_REFUSED, status=401, code="invalid_api_key"))
    assert (end.status, end.refused, end.keeps_quota) == (TurnStatus.FAILED, True, False)
    assert end.key_use is not None
    assert end.error is not None
    assert (end.error.type, end.error.provider_status, end.error.retryable) == (ErrorType.KEY_REFUSED, 401, True)
    assert (end.usage, end.usage_kind) == (NO_USAGE, UsageKind.EXACT)


def test_a_provider_that_refused_for_a_moment_is_asked_again_within_the_attempt() -> None:
    outcome = judge(make_asked(), called(CallFailure(ErrorType.OVERLOADED, status=529)), policy=POLICY, now=NOW)
    assert outcome == RetryIn(0.5)


def test_a_longer_wait_sends_the_turn_back_without_its_slot() -> None:
    end = end_of(CallFailure(ErrorType.RATE_LIMITED, status=429, retry_after_seconds=7.0), after_seconds=1.0)
    assert (end.status, end.retries, end.keeps_quota) == (TurnStatus.WAITING, 1, False)
    assert end.next_attempt_at == NOW + timedelta(seconds=8)
    assert end.error is not None
    assert end.error.type == ErrorType.RATE_LIMITED  # of the attempt: the turn itself has not failed


def test_a_key_at_its_limit_holds_no_slot_however_short_the_wait() -> None:
    end = end_of(CallFailure(ErrorType.RATE_LIMITED, status=429, retry_after_seconds=0.1), after_seconds=0)
    assert end.status is TurnStatus.WAITING
    assert end.key_use is not None
    assert (end.waits_for_key, end.waits_for_room) == (end.key_use.key_id, True)


def test_a_provider_that_is_down_has_nothing_to_do_with_the_keys_room() -> None:
    end = end_of(CallFailure(ErrorType.OVERLOADED, status=529, retry_after_seconds=7.0))
    assert (end.status, end.waits_for_key, end.waits_for_room) == (TurnStatus.WAITING, None, False)


@pytest.mark.parametrize("error", [ErrorType.TIMEOUT, ErrorType.CONNECTION, ErrorType.STREAM_BROKEN])
def test_a_lost_outcome_is_an_attempt_of_its_own_with_unknown_usage(error: ErrorType) -> None:
    end = end_of(CallFailure(error))
    assert (end.status, end.usage_kind) == (TurnStatus.WAITING, UsageKind.UNKNOWN)


def test_a_waiting_caller_is_not_kept_by_a_retry_that_would_start_too_late() -> None:
    failure = CallFailure(ErrorType.RATE_LIMITED, status=429, retry_after_seconds=30.0)
    assert end_of(failure).status is TurnStatus.FAILED
    assert end_of(failure, door=Door.ASYNC, deadline_at=NOW + timedelta(hours=24)).status is TurnStatus.WAITING


def test_after_the_last_retry_the_providers_error_is_the_turns() -> None:
    end = end_of(CallFailure(ErrorType.OVERLOADED, status=503), retries=POLICY.max_retries)
    assert end.status is TurnStatus.FAILED
    assert end.error is not None
    assert end.error.type == ErrorType.OVERLOADED


def test_text_that_has_left_is_kept_as_partial_and_nothing_is_tried_again() -> None:
    end = end_of(CallFailure(ErrorType.STREAM_BROKEN, text="Half an ans"))
    assert (end.status, end.partial, end.answer, end.keeps_quota) == (TurnStatus.FAILED, True, "Half an ans", True)
    assert (end.usage_kind, end.usage.output_tokens) == (UsageKind.ESTIMATED, 2)


def test_tokens_that_the_provider_reported_before_it_failed_count() -> None:
    end = end_of(CallFailure(ErrorType.CONTENT_REFUSED, usage=USAGE))
    assert (end.usage, end.usage_kind) == (USAGE, UsageKind.EXACT)


def test_figures_that_were_said_before_the_text_are_completed_by_an_estimate_and_not_called_exact() -> None:
    began = Usage(input_tokens=1318, output_tokens=1, cached_input_tokens=7)
    end = end_of(CallFailure(ErrorType.TIMEOUT, text="x" * 40, usage=began, usage_is_final=False))
    assert (end.usage, end.usage_kind) == (replace(began, output_tokens=estimate_tokens("x" * 40)), UsageKind.ESTIMATED)


def test_a_call_that_ran_into_the_deadline_expires_the_turn() -> None:
    end = end_of(CallFailure(ErrorType.TIMEOUT), after_seconds=120)
    assert end.status is TurnStatus.EXPIRED
    assert end.error is not None
    assert end.error.type == ErrorType.EXPIRED


@pytest.mark.parametrize("code", ["Your key sk-abc is wrong", "UPPER CASE"])
def test_a_code_that_is_prose_is_not_passed_on(code: str) -> None:
    end = end_of(CallFailure(ErrorType.REQUEST_INVALID, status=400, code=code))
    assert end.error is not None
    assert end.error.provider_code is None
    assert code not in end.error.reason


RETIRES_ON = date(2026, 12, 11)


@pytest.mark.parametrize(
    ("retires_on", "days_before", "error"),
    [
        (None, 0, ErrorType.MODEL_UNAVAILABLE),
        (RETIRES_ON, 61, ErrorType.MODEL_UNAVAILABLE),
        (RETIRES_ON, 60, ErrorType.MODEL_RETIRED),
        (RETIRES_ON, -400, ErrorType.MODEL_RETIRED),
    ],
)
def test_a_model_that_the_provider_no_longer_finds_is_retired_if_its_end_was_announced(
    retires_on: date | None, days_before: int, error: ErrorType
) -> None:
    now = datetime.combine(RETIRES_ON - timedelta(days=days_before), time(12), UTC)
    end = judged_on(retires_on, CallFailure(ErrorType.MODEL_UNAVAILABLE, status=404, code="model_not_found"), now)

    assert end.error is not None
    assert (end.error.type, end.error.provider_code, end.refused) == (error, "model_not_found", False)
    assert end.error.retryable is (error is ErrorType.MODEL_UNAVAILABLE)


def test_the_calendar_alone_retires_no_model() -> None:
    now = datetime.combine(RETIRES_ON + timedelta(days=400), time(12), UTC)

    assert judged_on(RETIRES_ON, Answer("Hi", "stop", USAGE), now).status is TurnStatus.COMPLETED
    refused = judged_on(RETIRES_ON, CallFailure(ErrorType.REQUEST_INVALID, status=400), now)
    assert refused.error is not None
    assert refused.error.type == ErrorType.REQUEST_INVALID


def test_a_project_that_lacks_a_retiring_model_says_nothing_of_the_models_end() -> None:
    now = datetime.combine(RETIRES_ON, time(12), UTC)
    end = judged_on(RETIRES_ON, CallFailure(ErrorType.MODEL_UNAVAILABLE, status=403, code="model_not_found"), now)

    assert end.error is not None
    assert (end.error.type, end.refused) == (ErrorType.MODEL_UNAVAILABLE, True)


def judged_on(retires_on: date | None, result: CallResult, now: datetime) -> AttemptEnd:
    asked = make_asked(accepted_at=now, deadline_at=now + timedelta(seconds=60))
    resolved = replace(asked.resolved, model=replace(asked.resolved.model, retires_on=retires_on))
    end = judge(replace(asked, resolved=resolved), called(result), policy=POLICY, now=now)
    assert isinstance(end, AttemptEnd)
    return end
