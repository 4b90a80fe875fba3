"""Claim, renew, record, cancel, retry: the fences of an attempt."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from shared.domain.turn_status import TurnStatus
from shared.domain.usage import Usage, UsageKind
from shared.ids import new_id
from shared.store.turns.cancel import CancelCode, cancel_turn
from shared.store.turns.read import read_history, read_turn
from shared.store.turns.renew import CallNote, Lease, renew_leases
from shared.store.turns.retry import RetryCode, RetryResult, retry_turn
from shared.store.turns.rows import ClaimedTurn
from shared.store.turns.sweep import expire_overdue, promote_due, ring_unclaimed
from tests.integration.store.bench import Bench, completed, failed


async def retry(bench: Bench, turn: ClaimedTurn) -> RetryResult:
    """Retry a turn by hand."""
    return await retry_turn(
        bench.database, bot_id=bench.bot_id, turn_id=turn.turn_id, deadline_seconds=60, waiting_limit=10
    )


async def test_a_turn_is_claimed_once_and_a_repeated_claim_finds_its_own_lease(bench: Bench) -> None:
    turn_id, token = (await bench.accept()).turn_id, new_id()

    first = await bench.claim(turn_id, token)
    again = await bench.claim(turn_id, token)
    other = await bench.claim(turn_id)

    assert first is not None
    assert again is not None
    assert replace(again, claimed_at=first.claimed_at) == first  # each answer says when it was given
    assert other is None


async def test_a_turn_past_its_deadline_is_not_claimed_and_expires(bench: Bench) -> None:
    turn_id = (await bench.accept(deadline_seconds=0.0)).turn_id

    assert await bench.claim(turn_id) is None
    swept = await expire_overdue(bench.database, limit=10)

    assert swept.ended == (turn_id,)
    assert await bench.status(turn_id) is TurnStatus.EXPIRED
    assert ((await bench.workspace()).in_flight, await bench.used()) == (0, 0)


async def test_the_outcome_of_a_completed_turn_is_read_back_whole(bench: Bench) -> None:
    turn = await bench.accepted_and_claimed(conversation="c", question="What?")
    await bench.record(completed(turn, answer="That.", ignored_parameters={"seed": "No."}, finish_reason="stop"))

    row = await read_turn(bench.database, bot_id=bench.bot_id, turn_id=turn.turn_id)

    assert row is not None
    assert (row.status, row.answer, row.finish_reason) == (TurnStatus.COMPLETED, "That.", "stop")
    assert (row.usage, row.usage_kind) == (Usage(input_tokens=10, output_tokens=5), UsageKind.EXACT)
    assert row.ignored_parameters == {"seed": "No."}


async def test_a_turn_of_another_bot_is_not_found(bench: Bench) -> None:
    turn = await bench.accepted_and_claimed()

    assert await read_turn(bench.database, bot_id=new_id(), turn_id=turn.turn_id) is None
    cancelled = await cancel_turn(bench.database, bot_id=new_id(), turn_id=turn.turn_id)
    assert cancelled.code is CancelCode.NOT_FOUND


async def test_history_holds_completed_turns_before_the_position_newest_first(bench: Bench) -> None:
    for number, end in enumerate([completed, failed, completed]):
        turn = await bench.accepted_and_claimed(conversation="c", question=f"q{number}")
        await bench.record(end(turn, answer=f"a{number}"))

    history = await read_history(bench.database, bot_id=bench.bot_id, conversation="c", before_position=10, limit=10)

    assert [(each.question, each.answer) for each in history] == [("q2", "a2"), ("q0", "a0")]


async def test_recording_twice_changes_nothing_the_second_time(bench: Bench) -> None:
    turn = await bench.accepted_and_claimed()
    await bench.record(failed(turn))

    again = await bench.record(failed(turn))

    assert again.applied
    workspace = await bench.workspace()
    assert (workspace.in_flight, await bench.used()) == (0, 0)
    (row,) = await bench.sql("SELECT count(*) AS events, max(revision) AS revision FROM usage_events")
    assert (row.events, row.revision) == (1, 1)


async def test_a_cancel_before_the_call_gives_the_message_back_and_one_after_it_keeps_it(bench: Bench) -> None:
    before, after = await bench.accepted_and_claimed(), await bench.accepted_and_claimed()
    note = CallNote("openai", "gpt-5-mini")
    await renew_leases(bench.database, [Lease(after.turn_id, 1, note)], lease_seconds=15)

    for turn in (before, after):
        result = await cancel_turn(bench.database, bot_id=bench.bot_id, turn_id=turn.turn_id)
        assert result.code is CancelCode.CANCELLED

    assert ((await bench.workspace()).in_flight, await bench.used()) == (0, 1)
    again = await cancel_turn(bench.database, bot_id=bench.bot_id, turn_id=before.turn_id)
    assert again.code is CancelCode.ALREADY_CANCELLED


async def test_a_cancelled_call_whose_beginning_was_not_known_yet_takes_its_message_again(bench: Bench) -> None:
    turn = await bench.accepted_and_claimed()
    await cancel_turn(bench.database, bot_id=bench.bot_id, turn_id=turn.turn_id)
    assert await bench.used() == 0

    late = await bench.record(completed(turn, status=TurnStatus.CANCELLED))
    await bench.record(completed(turn, status=TurnStatus.CANCELLED))

    assert await bench.used() == 1
    assert late.status is TurnStatus.CANCELLED
    (event,) = await bench.sql("SELECT kind, output_tokens FROM usage_events")
    assert (event.kind, event.output_tokens) == ("exact", 5)


async def test_a_completed_turn_is_neither_cancelled_nor_retried(bench: Bench) -> None:
    turn = await bench.accepted_and_claimed()
    await bench.record(completed(turn))

    cancelled = await cancel_turn(bench.database, bot_id=bench.bot_id, turn_id=turn.turn_id)

    assert cancelled.code is CancelCode.ENDED
    assert (await retry(bench, turn)).code is RetryCode.NOT_RETRYABLE


async def test_a_long_retry_gives_its_slot_back_and_blocks_its_conversation_until_it_is_due(bench: Bench) -> None:
    turn = await bench.accepted_and_claimed(conversation="c")
    behind = await bench.accept(conversation="c")
    due = datetime.now(UTC) + timedelta(hours=1)
    await bench.record(failed(turn, status=TurnStatus.WAITING, next_attempt_at=due, retries=1))

    assert (await promote_due(bench.database, limit=10)).to_ring == ()
    workspace = await bench.workspace()
    assert (workspace.in_flight, workspace.waiting, await bench.used()) == (0, 2, 2)
    await bench.sql("UPDATE turns SET next_attempt_at = now() WHERE hold = 'due'")
    promoted = await promote_due(bench.database, limit=10)

    assert promoted.to_ring == (turn.turn_id,)
    assert await bench.status(behind.turn_id) is TurnStatus.WAITING


async def test_a_failed_turn_runs_again_at_its_place_with_a_new_message(bench: Bench) -> None:
    turn = await bench.accepted_and_claimed(conversation="c")
    await bench.record(failed(turn))
    assert await bench.used() == 0

    retried = await retry(bench, turn)
    again = await bench.claim(turn.turn_id)

    assert retried.code is RetryCode.ACCEPTED
    assert again is not None
    assert (again.attempt, again.position) == (2, turn.position)
    await bench.record(completed(again))
    assert await bench.used() == 1
    rows = await bench.sql("SELECT attempt, ends_turn FROM usage_events ORDER BY attempt")
    assert [(row.attempt, row.ends_turn) for row in rows] == [(1, False), (2, True)]


async def test_a_ready_turn_that_nobody_claims_is_rung_again_once_in_a_while(bench: Bench) -> None:
    turn_id = (await bench.accept()).turn_id
    assert await ring_unclaimed(bench.database, unclaimed_seconds=5, limit=10) == []
    await bench.sql("UPDATE turns SET rung_at = now() - interval '6 seconds'")

    assert await ring_unclaimed(bench.database, unclaimed_seconds=5, limit=10) == [turn_id]
    assert await ring_unclaimed(bench.database, unclaimed_seconds=5, limit=10) == []
