"""Leases: held, lost, lapsed, released; and attempts that end after theirs was lost."""

from __future__ import annotations

from shared.domain.turn_status import TurnStatus
from shared.domain.usage import Usage
from shared.store.turns.cancel import cancel_turn
from shared.store.turns.read import read_turn
from shared.store.turns.record import record_attempts
from shared.store.turns.renew import CallNote, Lease, renew_leases
from shared.store.turns.rows import LeaseStanding
from shared.store.turns.sweep import end_lapsed_leases
from tests.integration.store.bench import Bench, completed, failed


async def test_an_older_attempt_ends_nothing_but_its_tokens_are_kept(bench: Bench) -> None:
    old = await bench.accepted_and_claimed()
    await bench.sql("UPDATE turns SET lease_until = now() - interval '1 second'")
    swept = await end_lapsed_leases(bench.database, limit=10)
    assert swept.to_ring == (old.turn_id,)
    new = await bench.claim(old.turn_id)
    assert new is not None

    late = await bench.record(completed(old, usage=Usage(input_tokens=7)))

    assert not late.applied
    assert await bench.status(old.turn_id) is TurnStatus.RUNNING
    (event,) = await bench.sql("SELECT kind, input_tokens, revision, ends_turn FROM usage_events")
    assert (event.kind, event.input_tokens, event.revision, event.ends_turn) == ("exact", 7, 2, False)


async def test_two_attempts_of_a_turn_in_one_batch_end_it_once_and_each_hears_its_own_end(bench: Bench) -> None:
    old = await bench.accepted_and_claimed()
    await bench.sql("UPDATE turns SET lease_until = now() - interval '1 second'")
    await end_lapsed_leases(bench.database, limit=10)
    new = await bench.claim(old.turn_id)
    assert new is not None

    ends = [completed(old, answer="Late", usage=Usage(output_tokens=3)), completed(new, answer="Right")]
    late, right = await record_attempts(bench.database, ends)

    assert (late.applied, right.applied) == (False, True)
    (turn,) = await bench.sql("SELECT answer FROM turns")
    assert turn.answer == "Right"
    events = await bench.sql("SELECT attempt, output_tokens, ends_turn FROM usage_events ORDER BY attempt")
    assert [tuple(event) for event in events] == [(1, 3, False), (2, 5, True)]


async def test_a_lease_is_held_while_it_is_renewed_and_says_when_it_is_lost(bench: Bench) -> None:
    held, cancelled, lost = [await bench.accepted_and_claimed() for _ in range(3)]
    await cancel_turn(bench.database, bot_id=bench.bot_id, turn_id=cancelled.turn_id)
    leases = [
        Lease(held.turn_id, 1, CallNote("openai", "gpt-5-mini")),
        Lease(cancelled.turn_id, 1),
        Lease(lost.turn_id, 0),
    ]

    standings = await renew_leases(bench.database, leases, lease_seconds=15)

    assert standings == [LeaseStanding.HELD, LeaseStanding.CANCELLED, LeaseStanding.LOST]


async def test_renew_and_record_stay_valid_after_the_lease_ran_out_while_nobody_took_the_turn(bench: Bench) -> None:
    turn = await bench.accepted_and_claimed()
    await bench.sql("UPDATE turns SET lease_until = now() - interval '1 minute'")

    (standing,) = await renew_leases(bench.database, [Lease(turn.turn_id, turn.attempt)], lease_seconds=15)
    swept = await end_lapsed_leases(bench.database, limit=10)
    result = await bench.record(completed(turn))

    assert (standing, swept.to_ring, result.applied) == (LeaseStanding.HELD, (), True)


async def test_the_third_crash_ends_a_turn(bench: Bench) -> None:
    turn_id = (await bench.accept()).turn_id
    for _ in range(3):
        assert await bench.claim(turn_id) is not None
        await bench.sql("UPDATE turns SET lease_until = now() - interval '1 second'")
        swept = await end_lapsed_leases(bench.database, limit=10)

    assert swept.ended == (turn_id,)
    row = await read_turn(bench.database, bot_id=bench.bot_id, turn_id=turn_id)
    assert row is not None
    assert row.error is not None
    assert row.error.type == "worker_crashed"
    assert ((await bench.workspace()).in_flight, await bench.used()) == (0, 0)


async def test_a_turn_released_at_shutdown_keeps_its_slot_and_is_ready(bench: Bench) -> None:
    turn = await bench.accepted_and_claimed()

    await bench.record(failed(turn, status=TurnStatus.READY, error=None))

    assert await bench.status(turn.turn_id) is TurnStatus.READY
    assert ((await bench.workspace()).in_flight, await bench.used()) == (1, 1)
