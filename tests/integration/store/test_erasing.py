"""Erasing beside others that work on the same workspace: what is locked first, and what is judged under its lock."""

from __future__ import annotations

import asyncio
from uuid import UUID

from sqlalchemy import text

from shared.store.database import Database
from shared.store.erasures.carry_out import erase_old
from shared.store.erasures.order import order_erasure
from shared.store.turns.retry import RetryCode, retry_turn
from tests.actor import TESTER
from tests.integration.store.bench import Bench, failed
from tests.servers import until

ERASE_TURN = text("SELECT erase_turns(ARRAY[CAST(:turn_id AS uuid)])")
ERASE_USER = text("SELECT * FROM erase_user(:workspace_id, 'ada', 100)")
UNLOCKED = "SELECT 1 FROM workspace_counters WHERE workspace_id = :workspace_id FOR UPDATE SKIP LOCKED"


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
