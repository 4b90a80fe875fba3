"""Redis and PostgreSQL killed, stalled, wiped, full, out of connections, colliding."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import asyncpg
from sqlalchemy import text

from tests.faults.fault import Fault, fired, is_stopped
from tests.faults.world import World
from tests.servers import until

AWAY_SECONDS = 3.0
CONNECTIONS_AT_MOST, FULL_TIMES = 200, 3
END_CONNECTIONS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE application_name IN ('gateway', 'completion', 'ledger', 'validator', 'sweeper')"
)
STALL_SECONDS, QUICK_STALL_SECONDS = 15.0, 7.0
COLLISIONS = 25
EVERY_TABLE = ("turns", "usage_events", "usage_daily")


async def kill_redis(world: World) -> None:
    before = await _run_id(world)
    world.redis_server.kill()
    await asyncio.sleep(AWAY_SECONDS)
    await asyncio.to_thread(world.redis_server.start)
    fired(await _run_id(world) != before, "Redis is the same as before")


async def _run_id(world: World) -> str:
    async with world.redis_client as client:
        return str((await client.info("server"))["run_id"])


async def stall_redis(world: World) -> None:
    """Stop Redis for longer than any client waits for an answer."""
    async with world.redis_client as client:
        pid = int((await client.info("server"))["process_id"])
        os.kill(pid, signal.SIGSTOP)
        try:
            await asyncio.sleep(QUICK_STALL_SECONDS if world.quick else STALL_SECONDS)
            stopped = is_stopped(pid)
        finally:
            os.kill(pid, signal.SIGCONT)
        fired(stopped, "Redis was not stopped")
        await client.ping()


async def wipe_redis(world: World) -> None:
    async with world.redis_client as client:
        fired(await client.dbsize(), "there was nothing to wipe")
        await client.flushall()


async def fill_redis(world: World) -> None:
    """Let Redis refuse every write for want of memory."""
    async with world.redis_client as client:
        await client.config_set("maxmemory", 1)
        await asyncio.sleep(AWAY_SECONDS)
        try:
            await client.set("one more", 1)
        except Exception as error:  # noqa: BLE001 - whatever it is, it must be this
            refusal = str(error)
        else:
            refusal = ""
        await client.config_set("maxmemory", 0)
        fired("OOM" in refusal or "maxmemory" in refusal, "Redis took another key")


async def kill_postgres(world: World) -> None:
    before = await _started_at(world)
    world.postgres.kill()
    await asyncio.sleep(AWAY_SECONDS)
    await asyncio.to_thread(world.postgres.start)
    await until(world.product.database.is_ready, seconds=30)
    fired(await _started_at(world) != before, "PostgreSQL is the same as before")


async def take_all_connections(world: World) -> None:
    """Throw the product's connections out and take every free one, so that it finds none for a while."""
    async with no_connection_left(world.product.settings.database_url or "") as is_full:
        await asyncio.sleep(AWAY_SECONDS)
    fired(is_full, "there were connections left")


@asynccontextmanager
async def no_connection_left(database_url: str) -> AsyncIterator[bool]:
    """Hold every connection of the server inside the block, the product's too; yield whether it was full."""
    async with AsyncExitStack() as stack:
        own = await asyncpg.connect(database_url)
        stack.push_async_callback(own.close)
        yield await _take_all(database_url, own, stack)


async def _take_all(database_url: str, own: asyncpg.Connection[Any], stack: AsyncExitStack) -> bool:
    """Take what there is, end the product's, and take those too; tell whether the server was full each time."""
    refusals = 0
    for _ in range(CONNECTIONS_AT_MOST):
        try:
            taken = await asyncpg.connect(database_url)
            stack.push_async_callback(taken.close)
        except asyncpg.TooManyConnectionsError:
            refusals += 1
            if refusals == FULL_TIMES:
                return True
            await own.execute(END_CONNECTIONS)
    return False


async def collide(world: World) -> None:
    """Let every few statements that change a table fail as serialization failures do."""
    database = world.product.database
    await database.call(text("CREATE SEQUENCE fault_collisions"))
    await database.call(text(_COLLISION))
    for table in EVERY_TABLE:
        await database.call(
            text(
                f"CREATE TRIGGER fault_collision BEFORE UPDATE OR INSERT ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION fault_collision()"
            )
        )
    try:
        await until(lambda: _have_collided(world), seconds=40)
    finally:
        for table in EVERY_TABLE:
            await database.call(text(f"DROP TRIGGER fault_collision ON {table}"))
    fired(await _have_collided(world), "nothing collided")
    await database.call(text("DROP FUNCTION fault_collision()"))
    await database.call(text("DROP SEQUENCE fault_collisions"))


_COLLISION = """
CREATE FUNCTION fault_collision() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    IF random() < 0.1 THEN
        PERFORM nextval('fault_collisions');
        RAISE EXCEPTION USING ERRCODE = 'serialization_failure', MESSAGE = 'made to collide';
    END IF;
    RETURN NULL;
END;
$$
"""
"""By chance and not every so often: a transaction of many statements must be able to pass. A sequence counts on although
its transaction is rolled back."""


async def _have_collided(world: World) -> bool:
    (row,) = await world.product.database.call(text("SELECT last_value AS collisions FROM fault_collisions"))
    return bool(row.collisions >= COLLISIONS)


async def _started_at(world: World) -> Any:
    return (await world.product.database.call(text("SELECT pg_postmaster_start_time() AS at")))[0].at


SERVER_FAULTS = (
    Fault("redis", "Redis killed", kill_redis),
    Fault("redis", "Redis stalled", stall_redis),
    Fault("redis", "Redis wiped", wipe_redis),
    Fault("redis", "Redis full", fill_redis),
    Fault("postgres", "PostgreSQL killed", kill_postgres),
    Fault("postgres", "PostgreSQL out of connections", take_all_connections),
    Fault("postgres", "serialization failures", collide),
)
