"""PostgreSQL cannot do it now: a collision is run again, a server without connections is waited for."""

from __future__ import annotations

from urllib.parse import urlsplit

import asyncpg
import pytest
from sqlalchemy import text

from shared.domain.turn_status import TurnStatus
from shared.store.database import Database
from shared.store.errors import StoreError, StoreUnavailableError
from tests.integration.store.bench import Bench, completed

COLLIDES = """
CREATE FUNCTION collide() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF nextval('passings') <= %d THEN
        RAISE EXCEPTION USING ERRCODE = '%s';
    END IF;
    RETURN NULL;
END;
$$
"""
ON_TURNS = "CREATE TRIGGER collide BEFORE UPDATE ON turns FOR EACH STATEMENT EXECUTE FUNCTION collide()"


async def collide_on_turns(database: Database, *, times: int, state: str) -> None:
    for statement in ("CREATE SEQUENCE passings", COLLIDES % (times, state), ON_TURNS):
        await database.call(text(statement))


@pytest.mark.parametrize("state", ["40001", "40P01"], ids=["serialization failure", "deadlock"])
async def test_an_end_that_collides_with_others_is_recorded_as_it_was(bench: Bench, state: str) -> None:
    turn = await bench.claim((await bench.accept()).turn_id)
    assert turn is not None
    await collide_on_turns(bench.database, times=2, state=state)

    result = await bench.record(completed(turn))

    assert (result.applied, result.status) == (True, TurnStatus.COMPLETED)


async def test_what_collides_for_ever_is_a_store_that_is_away_not_a_statement_that_is_wrong(bench: Bench) -> None:
    turn = await bench.claim((await bench.accept()).turn_id)
    assert turn is not None
    await collide_on_turns(bench.database, times=1_000, state="40001")

    with pytest.raises(StoreUnavailableError):
        await bench.record(completed(turn))


async def test_a_refused_statement_is_not_run_again(bench: Bench) -> None:
    turn = await bench.claim((await bench.accept()).turn_id)
    assert turn is not None
    await collide_on_turns(bench.database, times=1_000, state="23514")

    with pytest.raises(StoreError) as refused:
        await bench.record(completed(turn))

    assert not isinstance(refused.value, StoreUnavailableError)
    (row,) = await bench.database.call(text("SELECT last_value AS passings FROM passings"))
    assert row.passings == 1


async def test_a_server_without_a_connection_left_is_away(bench: Bench, database_url: str) -> None:
    role = f"narrow_{bench.bot_id.hex}"
    await bench.database.call(text(f"CREATE ROLE {role} LOGIN PASSWORD 'narrow' CONNECTION LIMIT 1"))
    address = urlsplit(database_url)
    url = f"postgresql://{role}:narrow@{address.hostname}:{address.port}{address.path}"
    holder = await asyncpg.connect(url)
    database = Database.connect(url, connections=1, application_name="test")
    try:
        with pytest.raises(StoreUnavailableError):
            await database.call(text("SELECT 1"))
    finally:
        await database.close()
        await holder.close()
        await bench.database.call(text(f"DROP ROLE {role}"))
