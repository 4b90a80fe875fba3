"""Accept: what gets in, what waits, what is refused."""

from __future__ import annotations

import asyncio
from typing import Any

from shared.domain.turn_status import TurnStatus
from shared.store.database import Database
from shared.store.turns.accept import accept_turns
from shared.store.turns.rows import AcceptCode
from tests.integration.store.bench import Bench, completed


async def test_a_turn_with_a_free_slot_is_ready_and_takes_a_slot_and_a_message(bench: Bench) -> None:
    result = await bench.accept()

    assert (result.code, result.status) == (AcceptCode.ACCEPTED, TurnStatus.READY)
    assert ((await bench.workspace()).in_flight, await bench.used()) == (1, 1)


async def test_a_turn_without_a_slot_waits_and_is_promoted_when_one_is_free(bench: Bench) -> None:
    ready = [await bench.accept() for _ in range(4)]
    waiting = await bench.accept()
    assert waiting.status is TurnStatus.WAITING

    claimed = await bench.claim(ready[0].turn_id)
    assert claimed is not None
    result = await bench.record(completed(claimed))

    assert result.promoted == (waiting.turn_id,)
    assert await bench.status(waiting.turn_id) is TurnStatus.READY


async def test_the_second_turn_of_a_conversation_waits_for_the_first(bench: Bench) -> None:
    first = await bench.accept(conversation="c")
    second = await bench.accept(conversation="c")
    third = await bench.accept(conversation="c")
    assert (second.status, third.status) == (TurnStatus.WAITING, TurnStatus.WAITING)

    claimed = await bench.claim(first.turn_id)
    assert claimed is not None
    result = await bench.record(completed(claimed))

    assert result.promoted == (second.turn_id,)
    assert await bench.status(third.turn_id) is TurnStatus.WAITING


async def test_of_two_turns_of_a_conversation_in_one_batch_the_second_waits(bench: Bench) -> None:
    turns = [await bench.new_turn(conversation=name) for name in ("c", "other", "c", "c")]

    results = await accept_turns(bench.database, turns, waiting_limit=100, idempotency_hours=24)

    assert [result.status for result in results] == [
        TurnStatus.READY,
        TurnStatus.READY,
        TurnStatus.WAITING,
        TurnStatus.WAITING,
    ]
    rows = await bench.sql("SELECT id, hold FROM turns ORDER BY position")
    assert [row.id for row in rows] == [turn.turn_id for turn in turns]
    assert [row.hold for row in rows] == [None, None, "conversation", "conversation"]


async def test_a_turn_that_was_judged_by_an_old_epoch_is_sent_back_and_leaves_nothing(bench: Bench) -> None:
    turn = await bench.new_turn()
    await bench.add_key()

    result = await bench.accept(turn)

    assert result.code is AcceptCode.STALE_EPOCH
    assert result.epoch > turn.epoch
    assert ((await bench.workspace()).in_flight, await bench.used()) == (0, 0)


async def test_exactly_the_last_free_message_of_a_month_is_admitted(database: Database) -> None:
    bench = await Bench.prepare(database, slots=50, message_limit=7)
    turns = [await bench.new_turn() for _ in range(20)]

    results = await asyncio.gather(*(bench.accept(turn) for turn in turns))

    codes = [result.code for result in results]
    assert codes.count(AcceptCode.ACCEPTED) == 7
    assert codes.count(AcceptCode.QUOTA_EXCEEDED) == 13
    assert await bench.used() == 7


async def test_a_batch_over_the_quota_admits_its_first_turns_only(database: Database) -> None:
    bench = await Bench.prepare(database, message_limit=3)
    turns = [await bench.new_turn() for _ in range(5)]

    results = await accept_turns(database, turns, waiting_limit=100, idempotency_hours=24)

    assert [result.code for result in results] == [AcceptCode.ACCEPTED] * 3 + [AcceptCode.QUOTA_EXCEEDED] * 2


async def test_more_turns_than_may_wait_are_refused(bench: Bench) -> None:
    turns = [await bench.new_turn() for _ in range(7)]

    results = await accept_turns(bench.database, turns, waiting_limit=2, idempotency_hours=24)

    assert [result.code for result in results[4:]] == [
        AcceptCode.ACCEPTED,
        AcceptCode.ACCEPTED,
        AcceptCode.TOO_MANY_WAITING,
    ]
    assert await bench.used() == 6


async def test_the_same_idempotency_key_gives_the_first_turn_again_and_costs_nothing(bench: Bench) -> None:
    fields: dict[str, Any] = {"idempotency_key": "k", "body_hash": b"1" * 32}
    first = await bench.accept(**fields)

    again = await bench.accept(**fields)
    other = await bench.accept(idempotency_key="k", body_hash=b"2" * 32)

    assert (again.code, again.turn_id) == (AcceptCode.REPLAYED, first.turn_id)
    assert other.code is AcceptCode.IDEMPOTENCY_CONFLICT
    assert await bench.used() == 1


async def test_an_idempotency_key_within_one_batch_is_one_turn(bench: Bench) -> None:
    turns = [await bench.new_turn(idempotency_key="k", body_hash=b"1" * 32) for _ in range(3)]

    results = await accept_turns(bench.database, turns, waiting_limit=100, idempotency_hours=24)

    assert [result.code for result in results] == [AcceptCode.ACCEPTED, AcceptCode.REPLAYED, AcceptCode.REPLAYED]
    assert len({result.turn_id for result in results}) == 1


async def test_an_idempotency_key_is_forgotten_after_its_hours(bench: Bench) -> None:
    fields: dict[str, Any] = {"idempotency_key": "k", "body_hash": b"1" * 32}
    first = await bench.accept(**fields)
    await bench.sql("UPDATE turns SET accepted_at = accepted_at - interval '25 hours'")

    again = await bench.accept(**fields)

    assert again.code is AcceptCode.ACCEPTED
    assert again.turn_id != first.turn_id


async def test_accepting_a_batch_twice_changes_nothing_the_second_time(bench: Bench) -> None:
    turns = [await bench.new_turn() for _ in range(6)]
    await accept_turns(bench.database, turns, waiting_limit=100, idempotency_hours=24)

    again = await accept_turns(bench.database, turns, waiting_limit=100, idempotency_hours=24)

    assert {result.code for result in again} == {AcceptCode.ACCEPTED}
    workspace = await bench.workspace()
    assert (workspace.in_flight, workspace.waiting, await bench.used()) == (4, 2, 6)
