"""Erasing beside others that work on the same workspace: what is locked first, and what is judged under its lock."""

from __future__ import annotations

import asyncio
from uuid import UUID

from sqlalchemy import text

from shared.domain.turn_status import TurnStatus
from shared.ids import new_id
from shared.store.database import Database
from shared.store.erasures.carry_out import erase_old
from shared.store.erasures.order import order_erasure
from shared.store.turns.retry import RetryCode, retry_turn
from tests.actor import TESTER
from tests.integration.store.bench import Bench, failed
from tests.servers import until

ERASE_TURN = text("SELECT erase_turns(ARRAY[CAST(:turn_id AS uuid)])")
ERASE_USER = text("SELECT * FROM erase_user(:workspace_id, 'ada', 100)")
CANCEL_ONE = "SELECT o_cancelled FROM cancel_turns_of_user(:workspace_id, 'ada', 1)"
UNLOCKED = "SELECT 1 FROM workspace_counters WHERE workspace_id = :workspace_id FOR UPDATE SKIP LOCKED"
KEEP = (
    "INSERT INTO kept_answers (workspace_id, bot_id, cache_key, turn_id, attempt, kept_at, kept_until) "
    "VALUES (:workspace_id, :bot_id, :cache_key, :turn_id, 1, now(), now() + interval '1 hour')"
)
LOCK_ANSWER = text("SELECT 1 FROM kept_answers WHERE cache_key = :cache_key FOR UPDATE SKIP LOCKED")


async def failed_turn(bench: Bench) -> UUID:
    turn = await bench.accepted_and_claimed(end_user="ada", conversation="c")
    await bench.record(failed(turn))
    return turn.turn_id


async def somebody_waits(database: Database) -> bool:
    return bool(await database.call(text("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'")))


async def test_a_turn_that_is_erased_while_its_retry_waits_for_it_is_not_revived(bench: Bench) -> None:
    turn_id = await failed_turn(bench)
    async with bench.database.transaction() as erasing:
        await erasing.execute(ERASE_TURN, {"turn_id": turn_id})
        retry = asyncio.create_task(
            retry_turn(bench.database, bot_id=bench.bot_id, turn_id=turn_id, deadline_seconds=60, waiting_limit=9)
        )
        await until(lambda: somebody_waits(bench.database))

    assert (await retry).code is RetryCode.ERASED
    (turn,) = await bench.sql("SELECT status, question FROM turns WHERE id = :id", id=turn_id)
    assert tuple(turn) == ("failed", "")
    assert ((await bench.workspace()).in_flight, await bench.used()) == (0, 0)


async def test_an_erasure_locks_its_workspace_even_when_nothing_runs_there(bench: Bench) -> None:
    await failed_turn(bench)
    await order_erasure(bench.database, workspace_id=bench.workspace_id, end_user="ada", actor=TESTER)
    async with bench.database.transaction() as erasing:
        await erasing.execute(ERASE_USER, {"workspace_id": bench.workspace_id})
        assert await bench.sql(UNLOCKED) == []


async def test_kept_answers_are_locked_in_the_order_of_their_keys_whichever_turn_they_are_of(bench: Bench) -> None:
    turn_ids = sorted([await failed_turn(bench), await failed_turn(bench)])
    for turn_id, cache_key in zip(turn_ids, (b"2", b"1"), strict=True):
        await bench.sql(KEEP, bot_id=bench.bot_id, cache_key=cache_key, turn_id=turn_id)
    async with bench.database.transaction() as other:
        await other.execute(LOCK_ANSWER, {"cache_key": b"1"})
        erasing = asyncio.create_task(bench.sql("SELECT erase_turns(CAST(:ids AS uuid[]))", ids=turn_ids))
        await until(lambda: somebody_waits(bench.database))
        second_is_free = (await other.execute(LOCK_ANSWER, {"cache_key": b"2"})).all()

    await erasing
    assert second_is_free, "the second was locked before the first: two who erase could wait for each other"
    assert await bench.sql("SELECT 1 FROM kept_answers WHERE workspace_id = :workspace_id") == []


async def test_turns_are_cancelled_in_the_order_of_their_ids_whenever_they_came(bench: Bench) -> None:
    first, second = sorted((new_id(), new_id()))
    for turn_id in (second, first):
        await bench.accept(await bench.new_turn(turn_id=turn_id, end_user="ada"))

    await bench.sql(CANCEL_ONE)

    assert [await bench.status(turn_id) for turn_id in (first, second)] == [TurnStatus.CANCELLED, TurnStatus.READY]


async def keep_a_day(bench: Bench) -> None:
    await bench.sql("UPDATE workspaces SET retention_days = 1 WHERE id = :workspace_id")


async def age(bench: Bench, turn_id: UUID) -> None:
    await bench.sql("UPDATE turns SET accepted_at = now() - interval '3 days' WHERE id = :id", id=turn_id)


async def test_retention_locks_one_workspace_a_call(bench: Bench) -> None:
    benches = [bench, *[await Bench.prepare(bench.database) for _ in range(3)]]
    for each in benches:
        await keep_a_day(each)
    async with bench.database.transaction() as erasing:
        await erasing.execute(text("SELECT * FROM erase_old_turns(100)"))
        unlocked = [each for each in benches if await each.sql(UNLOCKED)]
    assert len(unlocked) == 3


async def test_a_workspace_that_an_unfinished_turn_holds_up_keeps_no_other_waiting(bench: Bench) -> None:
    other = await Bench.prepare(bench.database)
    running, old = (await bench.accepted_and_claimed()).turn_id, await failed_turn(other)
    for each, turn_id in ((bench, running), (other, old)):
        await age(each, turn_id)
        await keep_a_day(each)

    found = [await erase_old(bench.database, limit=1) for _ in range(4)]

    assert [each.erased for each in found if each.erased] == [(old,)]
    assert found[-1].is_over
    await bench.sql("UPDATE turns SET status = 'cancelled', ended_at = now() WHERE id = :id", id=running)
    assert (await erase_old(bench.database, limit=1)).erased == (running,)
