"""Each invariant of the fault suite, broken once: the checker says so, and says nothing of a good run."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.faults.checker import Broken, Invariant, check
from tests.faults.evidence import Call, Counters, Event, Evidence, Figures, RollUpKey, Seen, Tokens, Turn

LIMIT_SECONDS = 2.0
KEY = RollUpKey("w", "2026-03-02", "b", "gpt-5-mini", "openai", "k")
TURN = Turn(
    turn_id="t",
    workspace_id="w",
    question="question-1-1",
    status="completed",
    attempt=2,
    crashes=1,
    reason=None,
    partial=False,
    quota_month="2026-03-01",
    holds_quota=True,
)
LOST = Event("t", 1, "unknown", ends_turn=False, failed=False, tokens=Tokens(0, 0), request_id=None, key=KEY)
COUNTED = Event("t", 2, "exact", ends_turn=True, failed=False, tokens=Tokens(9, 4), request_id="r2", key=KEY)
FIGURES = Figures(turns=1, failed=0, input=9, output=4)
GOOD = Evidence(
    seen=(Seen("question-1-1", "t", "completed"),),
    turns=(TURN,),
    events=(LOST, COUNTED),
    calls=(Call("question-1-1", "r1", Tokens(9, 4)), Call("question-1-1", "r2", Tokens(9, 4))),
    roll_ups={
        "usage_daily": {tuple(KEY): FIGURES},
        "usage_daily_all_bots": {("w", "2026-03-02", "gpt-5-mini", "openai", "k"): FIGURES},
        "usage_monthly": {("w", "2026-03", "b", "gpt-5-mini", "openai", "k"): FIGURES},
    },
    quota_used={("w", "2026-03-01"): 1},
    counters={"w": Counters(in_flight=0, waiting=0)},
)


def broken_by(**changes: Any) -> set[Invariant]:
    return {broken.invariant for broken in problems(replace(GOOD, **changes))}


def problems(evidence: Evidence) -> list[Broken]:
    return check(evidence, unclaimed_limit_seconds=LIMIT_SECONDS)


def test_a_turn_that_completed_after_a_crash_breaks_nothing() -> None:
    assert problems(GOOD) == []


def test_an_accepted_turn_that_the_store_does_not_hold_is_lost() -> None:
    assert broken_by(seen=(*GOOD.seen, Seen("question-1-2", "gone"))) == {Invariant.ENDS}


def test_a_question_whose_client_was_told_nothing_need_not_be_held() -> None:
    assert broken_by(seen=(*GOOD.seen, Seen("question-1-2"))) == set()


@pytest.mark.parametrize("status", ["waiting", "ready", "running"])
def test_a_turn_that_has_not_ended_is_lost(status: str) -> None:
    assert Invariant.ENDS in broken_by(turns=(replace(TURN, status=status),))


def test_a_turn_that_failed_without_a_reason_is_lost() -> None:
    failed = replace(TURN, status="failed", holds_quota=False)
    assert Invariant.ENDS in broken_by(turns=(failed,), seen=())
    assert Invariant.ENDS not in broken_by(turns=(replace(failed, reason="worker_crashed"),), seen=())


def test_a_turn_that_expired_before_its_deadline_was_ended_by_another_clock() -> None:
    expired = replace(TURN, status="expired", reason="timeout", holds_quota=False)
    assert Invariant.DEADLINES in broken_by(turns=(replace(expired, early_seconds=119.0),), seen=())
    assert Invariant.DEADLINES not in broken_by(turns=(replace(expired, early_seconds=-0.5),), seen=())


def test_a_client_that_was_told_another_end_was_told_wrongly() -> None:
    assert broken_by(seen=(Seen("question-1-1", "t", "failed"),)) == {Invariant.SAME}


def test_one_question_that_became_two_turns_is_doubled() -> None:
    assert Invariant.ONCE in broken_by(turns=(TURN, replace(TURN, turn_id="u")))


def test_two_events_of_one_attempt_are_one_too_many() -> None:
    assert Invariant.ONE_EVENT in broken_by(events=(LOST, LOST, COUNTED))


def test_an_event_of_an_attempt_that_never_was_is_one_too_many() -> None:
    assert Invariant.ONE_EVENT in broken_by(turns=(replace(TURN, attempt=1),))


def test_an_ended_turn_without_the_event_that_ends_it_is_not_counted() -> None:
    assert Invariant.ONE_EVENT in broken_by(events=(LOST, replace(COUNTED, ends_turn=False)))


@pytest.mark.parametrize(
    "events",
    [
        (LOST, replace(COUNTED, tokens=Tokens(9, 5))),
        (LOST, replace(COUNTED, request_id="r9")),
        (replace(COUNTED, attempt=1, ends_turn=False), COUNTED),
        (COUNTED,),
        (LOST, replace(COUNTED, kind="estimated")),
    ],
    ids=["other tokens", "no such call", "one answer twice", "an answer that nobody counted", "a guess at an answer"],
)
def test_tokens_that_the_provider_did_not_report_so_are_wrong(events: tuple[Event, ...]) -> None:
    assert Invariant.TOKENS in broken_by(events=events)


def test_figures_that_were_lost_without_a_crash_are_wrong() -> None:
    assert broken_by(turns=(replace(TURN, crashes=0),)) == {Invariant.TOKENS}
    assert broken_by(turns=(replace(TURN, crashes=0),), events=(replace(LOST, gave_up=True), COUNTED)) == set()


@pytest.mark.parametrize("name", ["usage_daily", "usage_daily_all_bots", "usage_monthly"])
def test_a_roll_up_that_is_not_the_sum_of_its_events_is_wrong(name: str) -> None:
    (key,) = GOOD.roll_ups[name]
    for wrong in ({}, {key: FIGURES._replace(output=5)}, {key: FIGURES, ("x",): FIGURES}):
        assert broken_by(roll_ups=GOOD.roll_ups | {name: wrong}) == {Invariant.ROLL_UPS}


def test_quota_that_its_turns_do_not_keep_is_wrong() -> None:
    assert broken_by(quota_used={("w", "2026-03-01"): 2}) == {Invariant.QUOTA}
    assert broken_by(quota_used={}) == {Invariant.QUOTA}


def test_a_failed_turn_that_keeps_its_message_is_wrong_unless_text_had_left() -> None:
    failed = replace(TURN, status="failed", reason="stream_broken")
    assert broken_by(turns=(failed,), seen=()) == {Invariant.QUOTA}
    assert broken_by(turns=(replace(failed, partial=True),), seen=()) == set()


@pytest.mark.parametrize("left", [Counters(1, 0), Counters(0, 1)])
def test_counters_that_are_not_zero_have_leaked(left: Counters) -> None:
    assert broken_by(counters={"w": left}) == {Invariant.COUNTERS}


def test_more_calls_than_attempts_are_too_many() -> None:
    calls = (*GOOD.calls, Call("question-1-1", "r3", None))
    assert broken_by(calls=calls) == {Invariant.CALLS}
    assert broken_by(calls=calls, turns=(replace(TURN, is_calm=False),)) == set()


def test_a_ready_turn_that_stood_unclaimed_too_long_is_told() -> None:
    assert broken_by(longest_unclaimed_seconds=LIMIT_SECONDS + 0.1) == {Invariant.CLAIMED}


def test_a_key_that_stays_suspect_is_told() -> None:
    assert broken_by(suspect_keys=("k",)) == {Invariant.VERDICTS}
