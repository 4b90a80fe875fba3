"""Statements past SQLAlchemy: the same answers, the same two errors, and never on a broken connection."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text

from shared.store.database import Database
from shared.store.errors import StoreError, StoreUnavailableError
from tests.servers import until

OWN = "SELECT pg_backend_pid() AS pid"
KEPT = "FROM pg_stat_activity WHERE application_name = 'kept' AND pid <> pg_backend_pid()"
SLEEPERS = "FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(%' AND state = 'active'"


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = Database.connect(database_url, connections=4, application_name="kept")
    yield opened
    await opened.close()


async def test_a_statement_names_its_values_and_gives_rows_by_column(database: Database) -> None:
    rows = await database.fetch("SELECT $1::text AS word, unnest($2::integer[]) AS number", "rose", [1, 2])

    assert [(row["word"], row["number"]) for row in rows] == [("rose", 1), ("rose", 2)]


async def test_one_after_the_other_runs_on_the_same_connection(database: Database) -> None:
    pids = [(await database.fetch(OWN))[0]["pid"] for _ in range(5)]

    assert len(set(pids)) == 1


async def test_more_at_once_than_there_are_connections_all_run(database: Database) -> None:
    rows = await asyncio.gather(*(database.fetch("SELECT $1::integer AS n", n) for n in range(50)))

    assert [row[0]["n"] for row in rows] == list(range(50))


async def test_kept_connections_leave_some_for_everything_else(database: Database) -> None:
    await asyncio.gather(*(database.fetch("SELECT pg_sleep(0.05)") for _ in range(20)))

    async with database.transaction() as one, database.transaction() as another:
        assert (await one.execute(text("SELECT 1"))).scalar() == (await another.execute(text("SELECT 1"))).scalar()


async def test_a_refused_statement_is_a_store_error_and_the_connection_stays(database: Database) -> None:
    (before,) = await database.fetch(OWN)
    with pytest.raises(StoreError) as refused:
        await database.fetch("SELECT 1 / $1::integer", 0)

    assert not isinstance(refused.value, StoreUnavailableError)
    assert (await database.fetch(OWN))[0]["pid"] == before["pid"]


async def test_a_value_that_the_driver_cannot_send_is_a_store_error(database: Database) -> None:
    with pytest.raises(StoreError) as refused:
        await database.fetch("SELECT $1::integer", "seven")

    assert not isinstance(refused.value, StoreUnavailableError)


async def test_a_connection_that_the_server_ended_is_replaced(database: Database) -> None:
    (before,) = await database.fetch(OWN)
    await database.call(text("SELECT pg_terminate_backend(:pid)"), pid=before["pid"])

    await until(lambda: _runs_elsewhere(database, before["pid"]))


async def test_many_connections_that_end_at_once_cost_each_caller_one_answer_at_most(database: Database) -> None:
    for _ in range(20):
        await asyncio.gather(*(database.fetch("SELECT pg_sleep(0.01)") for _ in range(4)))
        await database.call(text(f"SELECT pg_terminate_backend(pid) {KEPT}"))
        answers = await asyncio.gather(*(database.fetch(OWN) for _ in range(8)), return_exceptions=True)

        assert all(isinstance(answer, list | StoreUnavailableError) for answer in answers)


async def test_a_statement_whose_server_process_is_ended_is_unavailable(database: Database) -> None:
    sleeping = asyncio.create_task(database.fetch("SELECT pg_sleep(60)"))
    await until(lambda: _somebody_sleeps(database))
    await database.call(text(f"SELECT pg_terminate_backend(pid) {SLEEPERS}"))

    with pytest.raises(StoreUnavailableError):
        await sleeping


async def test_who_is_stopped_in_the_middle_leaves_no_bad_connection(
    database: Database,
) -> None:
    sleeping = asyncio.create_task(database.fetch("SELECT pg_sleep(60)"))
    await until(lambda: _somebody_sleeps(database))
    sleeping.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sleeping

    answers = await asyncio.gather(*(database.fetch("SELECT $1::integer AS n", n) for n in range(10)))
    assert [rows[0]["n"] for rows in answers] == list(range(10))


async def test_a_pool_of_connections_that_ended_while_idle_costs_no_statement_a_failure(database_url: str) -> None:
    database = Database.connect(database_url, connections=8, application_name="kept")
    await asyncio.gather(*(database.call(text("SELECT pg_sleep(0.2)")) for _ in range(4)))
    await _end_all(database_url)

    assert [(await database.fetch("SELECT 1 AS n"))[0]["n"] for _ in range(6)] == [1] * 6
    await database.close()


async def test_who_finds_all_connections_busy_for_too_long_hears_that_the_store_is_unavailable(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.store.database.CONNECT_TIMEOUT_SECONDS", 0.3)
    database = Database.connect(database_url, connections=2, application_name="kept")
    busy = asyncio.create_task(database.fetch("SELECT pg_sleep(60)"))
    await until(lambda: _somebody_sleeps(database))

    with pytest.raises(StoreUnavailableError):
        await database.fetch(OWN)
    busy.cancel()
    await asyncio.gather(busy, return_exceptions=True)
    await database.close()


async def test_a_statement_that_outlives_the_close_gives_its_connection_back(database_url: str) -> None:
    database = Database.connect(database_url, connections=2, application_name="kept")
    late = asyncio.create_task(database.fetch("SELECT pg_sleep(0.5), 1 AS n"))
    await until(lambda: _somebody_sleeps(database))
    await database.close()

    assert (await late)[0]["n"] == 1
    other = Database.connect(database_url, connections=2, application_name="other")
    await until(lambda: _are_gone(other))
    await other.close()


async def test_a_statement_with_a_value_too_many_is_a_fault_of_ours_and_not_an_outage(database: Database) -> None:
    with pytest.raises(StoreError) as refused:
        await database.fetch("SELECT 1", "too many")

    assert not isinstance(refused.value, StoreUnavailableError)


async def test_patience_ends_a_statement_in_time(database_url: str) -> None:
    hasty = Database.connect(database_url, connections=2, application_name="hasty", patience_seconds=0.2)
    with pytest.raises(StoreUnavailableError):
        await hasty.fetch("SELECT pg_sleep(60)")

    await hasty.close()


async def _somebody_sleeps(database: Database) -> bool:
    (row,) = await database.call(text(f"SELECT count(*) AS n {SLEEPERS}"))
    return int(row.n) > 0


async def _end_all(database_url: str) -> None:
    other = Database.connect(database_url, connections=2, application_name="other")
    await other.call(text(f"SELECT pg_terminate_backend(pid) {KEPT}"))
    await until(lambda: _are_gone(other))
    await other.close()


async def _are_gone(database: Database) -> bool:
    return not await database.call(text(f"SELECT 1 {KEPT}"))


async def _runs_elsewhere(database: Database, pid: int) -> bool:
    try:
        return int((await database.fetch(OWN))[0]["pid"]) != pid
    except StoreUnavailableError:
        return False
