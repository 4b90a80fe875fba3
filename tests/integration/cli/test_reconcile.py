"""Every kind of drift, made by hand, is found, named and mended; a product that ran well has none."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import pytest
from sqlalchemy import text

from shared.domain.usage import Usage, UsageKind
from shared.store.database import Database
from shared.store.reconcile.drift import Drift, DriftKind
from shared.store.reconcile.find import find_drift, plan_looks
from shared.store.reconcile.mend import batches_of, mend
from shared.store.turns.cancel import cancel_turn
from shared.store.turns.retry import retry_turn
from shared.store.usage.count import count_usage
from tests.integration.cli.commands import mevichat, start
from tests.integration.store.bench import Bench, completed, failed
from tests.product import running_product
from tests.servers import until

ONE_EVENT = "(SELECT turn_id FROM usage_events WHERE ends_turn AND kind = 'exact' ORDER BY turn_id LIMIT 1)"
DRIFTS = {
    DriftKind.TURN_WITHOUT_EVENT: f"DELETE FROM usage_events WHERE turn_id = {ONE_EVENT}",
    DriftKind.EVENT_END: f"UPDATE usage_events SET failed = NOT failed WHERE turn_id = {ONE_EVENT}",
    DriftKind.TURN_TOKENS: f"UPDATE turns SET output_tokens = output_tokens + 7 WHERE id = {ONE_EVENT}",
    DriftKind.USAGE_DAILY: "UPDATE usage_daily SET output_tokens = output_tokens + 7",
    DriftKind.USAGE_DAILY_ALL_BOTS: "DELETE FROM usage_daily_all_bots",
    DriftKind.USAGE_MARKS: f"UPDATE usage_events SET counted_input_tokens = 1 WHERE turn_id = {ONE_EVENT}",
    DriftKind.USAGE_MONTHLY: "UPDATE usage_monthly SET model = 'another'",
    DriftKind.QUOTA: "UPDATE quota SET used = used + 3",
    DriftKind.COUNTERS: "UPDATE workspace_counters SET in_flight = in_flight + 1, waiting = waiting + 2",
}
OF_EVENTS = (DriftKind.TURN_WITHOUT_EVENT, DriftKind.EVENT_END)
BY = {
    DriftKind.USAGE_DAILY: "2 rows, output_tokens +14",
    DriftKind.USAGE_DAILY_ALL_BOTS: "2 rows, cancelled_turns -1,",
    DriftKind.USAGE_MONTHLY: "4 rows",
    DriftKind.QUOTA: "messages +3",
    DriftKind.COUNTERS: "in_flight +1, waiting +2",
}

COUNT_AS_THE_LEDGER = "SELECT count_usage(CAST(:turn_ids AS uuid[]), CAST(:attempts AS integer[]))"


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database.connect(database_url, connections=6, application_name="test")
    yield database
    await database.close()


@pytest.fixture
async def bench(database: Database) -> Bench:
    """Return a workspace with a turn in every state, one that was retried by hand, and all that ended counted."""
    bench = await Bench.prepare(database, slots=3)
    answered, broken, stopped, again = [await bench.accepted_and_claimed() for _ in range(3)] + [None]
    await bench.accept()
    assert answered is not None
    assert broken is not None
    assert stopped is not None
    await bench.record(completed(answered))
    await bench.record(failed(broken))
    await cancel_turn(database, bot_id=bench.bot_id, turn_id=stopped.turn_id)
    again = await bench.accepted_and_claimed()
    await bench.record(failed(again))
    await retry_turn(database, bot_id=bench.bot_id, turn_id=again.turn_id, deadline_seconds=60, waiting_limit=9)
    second = await bench.claim(again.turn_id)
    assert second is not None
    await bench.record(completed(second, usage=Usage(9, 8), usage_kind=UsageKind.ESTIMATED))
    await bench.accepted_and_claimed()
    await count_all(database)
    return bench


async def count_all(database: Database) -> None:
    rows = await database.call(text("SELECT turn_id, attempt FROM usage_events"))
    await count_usage(database, [(row.turn_id, row.attempt) for row in rows])


async def drift(database: Database, since: date | None = None) -> list[Drift]:
    looks = await plan_looks(database, since=since)
    return [each for look in looks for each in await find_drift(database, look, workspaces=None)]


async def tables(database: Database) -> dict[str, Any]:
    """Return what reconciling compares, as it stands."""
    names = ("usage_daily", "usage_daily_all_bots", "usage_monthly", "quota", "workspace_counters")
    return {name: sorted(map(str, await database.call(text(f"SELECT * FROM {name}")))) for name in names}


@pytest.mark.parametrize("kind", DRIFTS)
async def test_drift_of_each_kind_is_found_named_and_mended(
    bench: Bench, installation: dict[str, str], kind: DriftKind
) -> None:
    assert await drift(bench.database) == []
    before = await tables(bench.database)
    await bench.sql(DRIFTS[kind])

    looked = await mevichat("reconcile", environment=installation)

    assert looked.code == 1
    found = {each.kind for each in await drift(bench.database)}
    # the roll-ups are not the sum of an event that is gone or says something else, either
    assert found == {kind} if kind not in OF_EVENTS else kind in found
    assert str(bench.workspace_id) in looked.out
    assert "run with --repair" in looked.out
    assert BY.get(kind, "1 row") in " ".join(looked.out.split())
    mended = await mevichat("reconcile", "--repair", environment=installation)
    assert (mended.code, mended.last_line) == (0, "Everything agrees."), mended.out + mended.err
    await count_all(bench.database)
    assert await drift(bench.database) == []
    assert await tables(bench.database) == before


async def test_no_figure_of_any_roll_up_goes_uncompared(bench: Bench) -> None:
    columns = await bench.sql(
        "SELECT table_name, column_name FROM information_schema.columns WHERE data_type = 'bigint' "
        "AND table_name IN ('usage_daily', 'usage_daily_all_bots', 'usage_monthly') ORDER BY 1, 2"
    )
    assert len(columns) >= 36

    for column in columns:
        await bench.sql(f"UPDATE {column.table_name} SET {column.column_name} = {column.column_name} + 1")
        (found,) = await drift(bench.database)
        assert (found.kind, set(found.differs)) == (column.table_name, {"rows", column.column_name})
        await bench.sql(f"UPDATE {column.table_name} SET {column.column_name} = {column.column_name} - 1")


async def test_an_event_that_belongs_to_no_turn_is_named_and_left_alone(
    bench: Bench, installation: dict[str, str]
) -> None:
    await bench.sql(f"DELETE FROM turns WHERE id = {ONE_EVENT}")
    await bench.sql("UPDATE quota SET used = (SELECT count(*) FROM turns WHERE holds_quota)")

    ended = await mevichat("reconcile", "--repair", environment=installation)

    assert ended.code == 1
    assert "usage events of no turn" in ended.out
    assert "look for it in a backup" in ended.out
    assert ended.last_line == "1 difference."


async def test_events_that_nobody_counted_yet_wait_and_are_no_drift(bench: Bench, installation: dict[str, str]) -> None:
    await bench.record(completed(await bench.accepted_and_claimed()))

    ended = await mevichat("reconcile", environment=installation)

    assert ended.code == 0, ended.out
    assert "1 usage event not counted yet" in ended.out
    assert "Comparisons" in ended.err


async def test_only_the_workspace_and_the_months_that_were_asked_for_are_looked_at(
    bench: Bench, installation: dict[str, str]
) -> None:
    other = await Bench.prepare(bench.database)
    await bench.sql("UPDATE quota SET used = used + 1, month = '2026-01-01'")

    of_other = await mevichat("reconcile", "--workspace", str(other.workspace_id), environment=installation)
    assert of_other.code == 0
    assert {each.day for each in await drift(bench.database)} > {date(2026, 1, 1)}
    assert date(2026, 1, 1) not in {each.day for each in await drift(bench.database, since=date(2026, 2, 9))}


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--since", "yesterday"), "yesterday is no day; write it like 2026-11-24."),
        (("--workspace", "Nobody"), "No workspace has the id or name Nobody"),
    ],
)
async def test_what_cannot_be_looked_at_is_said_in_one_sentence(
    installation: dict[str, str], words: tuple[str, ...], sentence: str
) -> None:
    ended = await mevichat("reconcile", *words, environment=installation)

    assert ended.code == 2
    assert sentence in ended.err


async def test_a_repair_that_is_killed_is_run_again_and_finishes(
    database: Database, installation: dict[str, str]
) -> None:
    seeded = await mevichat("demo", "seed", "--turns", "4000", "--bots", "20", environment=installation)
    assert seeded.code == 0
    before = await tables(database)
    for table in ("usage_daily", "usage_daily_all_bots", "usage_monthly"):
        await database.call(text(f"TRUNCATE {table}"))
    days = len({each.day for each in await drift(database) if each.kind is DriftKind.USAGE_DAILY})

    repair = await start("reconcile", "--repair", environment=installation)
    await until(lambda: some_but_not_all(database, days))
    repair.kill()
    await repair.wait()
    assert await some_but_not_all(database, days)
    ended = await mevichat("reconcile", "--repair", environment=installation)

    assert (ended.code, ended.last_line) == (0, "Everything agrees.")
    assert await tables(database) == before


async def some_but_not_all(database: Database, days: int) -> bool:
    (row,) = await database.call(text("SELECT count(DISTINCT day) AS days FROM usage_daily"))
    return 0 < int(row.days) < days


async def test_a_repair_waits_for_a_ledger_that_is_in_the_middle_of_counting(bench: Bench) -> None:
    database = bench.database
    turn = await bench.accepted_and_claimed(model="gpt-5-mini")
    await bench.record(completed(turn))
    await bench.sql("DELETE FROM usage_daily")  # the ledger and the repair will write the same place
    batches = batches_of(await drift(database))
    event = {"turn_ids": [turn.turn_id], "attempts": [turn.attempt]}

    async with database.transaction() as counting:
        await counting.execute(text(COUNT_AS_THE_LEDGER), event)
        mending = [asyncio.create_task(mend(database, batch)) for batch in batches]
        await until(lambda: somebody_waits(database))

    await asyncio.gather(*mending)
    assert await drift(database) == []
    assert (await bench.sql("SELECT sum(turns) AS turns FROM usage_daily"))[0].turns == 5


async def somebody_waits(database: Database) -> bool:
    rows = await database.call(text("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'"))
    return bool(rows)


async def test_a_repair_beside_ledgers_that_count_loses_and_doubles_nothing(bench: Bench) -> None:
    database, rounds = bench.database, 12
    await bench.sql("UPDATE workspace_counters SET slots = 100")
    for _ in range(rounds):
        turns = [await bench.accepted_and_claimed() for _ in range(2)]
        for turn in turns:
            await bench.record(completed(turn))
        await bench.sql("UPDATE usage_daily SET output_tokens = output_tokens + 1")
        await bench.sql("UPDATE usage_monthly SET output_tokens = output_tokens + 1")
        batches = batches_of(await drift(database))
        counting = [count_usage(database, [(turn.turn_id, turn.attempt)]) for turn in turns]
        await asyncio.gather(*counting, *(mend(database, batch) for batch in batches))

    assert await drift(database) == []
    assert (await bench.sql("SELECT sum(turns) AS turns FROM usage_daily"))[0].turns == 4 + 2 * rounds


async def test_a_product_that_ran_under_load_has_no_drift_at_any_moment(database_url: str, redis_url: str) -> None:
    async with running_product(database_url, redis_url) as product:
        workspace = await product.make_workspace(slots=8)
        await workspace.add_key("openai", "sk-sim-ok-reconcile0123456789")
        bots = [await workspace.add_bot(model) for model in ("gpt-5-mini", "mevichat:mini")]
        asking = [workspace.ask(bots[number % 2]["token"], f"Question {number}") for number in range(200)]
        load = asyncio.gather(*asking)
        looks = 0
        while not load.done():
            assert await drift(product.database) == []
            looks += 1
            await asyncio.sleep(0)
        assert {status for status, _ in await load} == {200}
        assert looks > 1

        async def is_counted() -> bool:
            rows = await product.database.call(text("SELECT sum(turns) AS turns FROM usage_daily"))
            return bool(rows[0].turns == len(asking))

        await until(is_counted)
        assert await drift(product.database) == []
