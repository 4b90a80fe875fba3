"""A transaction on a database that fell silent ends in time, wherever in it that happens."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import text

from shared.store.database import Database
from shared.store.errors import StoreUnavailableError
from tests.tunnel import Tunnel, tunnel_to

ONE = text("SELECT 1")
WITHIN_SECONDS = 8
"""Far more than it takes, far less than for ever."""


@asynccontextmanager
async def hasty(database_url: str) -> AsyncIterator[tuple[Database, Tunnel]]:
    """Return a database with little patience, and the tunnel that leads to it."""
    async with tunnel_to(database_url) as (tunnel, url_through):
        database = Database.connect(url_through, connections=2, application_name="hasty", patience_seconds=0.3)
        try:
            async with asyncio.timeout(WITHIN_SECONDS):
                yield database, tunnel
        finally:
            await tunnel.mend()
            await database.close()


async def fail() -> None:
    """Raise what no rule of the store knows."""
    raise LookupError


async def stand_still() -> None:
    """Never end."""
    await asyncio.Event().wait()


@pytest.mark.parametrize("way", [Database.transaction, Database.snapshot], ids=["transaction", "snapshot"])
@pytest.mark.parametrize("then", [fail, stand_still])
async def test_a_block_that_fails_or_stands_still_on_a_silent_database_ends_in_time(
    database_url: str, way: type, then: Callable[[], Awaitable[None]]
) -> None:
    async with hasty(database_url) as (database, tunnel):
        with pytest.raises(StoreUnavailableError):
            async with way(database) as connection:
                await connection.execute(ONE)
                tunnel.hold()
                await then()

        await tunnel.mend()
        assert await database.is_ready()


async def test_each_statement_is_waited_for_anew(database_url: str) -> None:
    async with hasty(database_url) as (database, _), database.transaction() as connection:
        for _ in range(4):
            await connection.execute(text("SELECT pg_sleep(0.15)"))


async def test_an_error_of_the_block_takes_back_what_it_did_and_the_connection_stays_good(database_url: str) -> None:
    async with hasty(database_url) as (database, _):
        await database.call(text("CREATE TABLE taken_back (number integer)"))
        with pytest.raises(LookupError):
            async with database.transaction() as connection:
                await connection.execute(text("INSERT INTO taken_back VALUES (1)"))
                raise LookupError

        assert list(await database.call(text("SELECT * FROM taken_back"))) == []
