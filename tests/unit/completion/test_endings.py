from __future__ import annotations

from services.workers.completion.attempt import Attempt
from services.workers.completion.endings import broken_off, expired_before_call, waits_for_room, waits_for_verdict
from services.workers.completion.leases import HeldTurn
from shared.domain.turn_status import Door, TurnStatus
from shared.domain.usage import NO_USAGE, UsageKind
from shared.store.turns.renew import CallNote
from shared.store.turns.rows import KeyUse, LeaseStanding
from tests.unit.completion.making import NOW, make_asked, make_key, make_turn

NOTE = CallNote("openai", "gpt-5-mini")


def make_attempt(*, call: CallNote | None, standing: LeaseStanding, text: str = "") -> Attempt:
    held = HeldTurn(make_turn(door=Door.STREAM), call=call, standing=standing)
    asked = make_asked()
    return Attempt(held, 1, resolved=asked.resolved, prompt=asked.prompt, text=[text] if text else [])


def test_a_cancel_during_the_call_keeps_the_message_and_the_text_so_far() -> None:
    end = broken_off(make_attempt(call=NOTE, standing=LeaseStanding.CANCELLED, text="Half"))
    assert (end.status, end.call_began, end.answer, end.partial) == (TurnStatus.CANCELLED, True, "Half", True)
    assert (end.usage_kind, end.usage.output_tokens) == (UsageKind.ESTIMATED, 1)


def test_a_cancel_before_the_call_costs_nothing_and_gives_the_message_back() -> None:
    end = broken_off(make_attempt(call=None, standing=LeaseStanding.CANCELLED))
    assert (end.status, end.call_began, end.keeps_quota) == (TurnStatus.CANCELLED, False, False)
    assert (end.usage, end.usage_kind) == (NO_USAGE, UsageKind.EXACT)


def test_a_call_that_was_stopped_without_a_word_has_unknown_usage() -> None:
    end = broken_off(make_attempt(call=NOTE, standing=LeaseStanding.CANCELLED))
    assert (end.usage, end.usage_kind) == (NO_USAGE, UsageKind.UNKNOWN)


def test_at_shutdown_the_turn_goes_back_without_the_text_so_far() -> None:
    end = broken_off(make_attempt(call=NOTE, standing=LeaseStanding.HELD, text="Half"))
    assert (end.status, end.answer, end.retries) == (TurnStatus.READY, None, 1)
    assert end.usage_kind is UsageKind.ESTIMATED


def test_a_turn_that_waits_for_a_verdict_names_the_key_and_has_made_no_call() -> None:
    key = make_key()
    end = waits_for_verdict(make_attempt(call=None, standing=LeaseStanding.HELD), key, NOW)
    assert (end.status, end.waits_for_key, end.call_began) == (TurnStatus.WAITING, key.key_id, False)
    assert end.next_attempt_at is not None
    assert (end.next_attempt_at - NOW).total_seconds() == 30


def test_a_turn_without_room_made_no_call_and_no_retry() -> None:
    end = waits_for_room(make_attempt(call=None, standing=LeaseStanding.HELD), make_key(), NOW)
    assert (end.status, end.waits_for_key, end.waits_for_room) == (TurnStatus.WAITING, make_key().key_id, True)
    assert (end.retries, end.call_began, end.next_attempt_at, end.usage) == (1, False, NOW, NO_USAGE)


def test_a_turn_that_was_refused_and_then_found_no_room_still_names_what_was_called() -> None:
    note = CallNote("openai", "gpt-5-mini", KeyUse(make_key().key_id, 1, 0))
    end = waits_for_room(make_attempt(call=note, standing=LeaseStanding.HELD), make_key(), NOW)
    assert (end.provider, end.wire_model, end.key_use, end.call_began) == ("openai", "gpt-5-mini", note.key_use, True)


def test_a_turn_that_expires_after_a_refused_call_says_that_it_called() -> None:
    attempt = make_attempt(call=NOTE, standing=LeaseStanding.HELD)
    end = expired_before_call(attempt, make_asked().resolved.model, NOW)
    assert (end.status, end.call_began, end.wire_model) == (TurnStatus.EXPIRED, True, "gpt-5-mini")
