"""What PostgreSQL and Redis spend on a turn, by statement and by command."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from redis.asyncio import Redis
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from shared.store.url import sqlalchemy_url

FUNCTIONS = text("SELECT funcname, calls, total_time, self_time FROM pg_stat_user_functions")
"""Every statement of a turn's way is a function; pg_stat_statements is no part of the embedded server."""
RELATIONS = text("""
    SELECT relname, heap_blks_hit + heap_blks_read AS buffers, 0 AS scans, 0 AS entries FROM pg_statio_user_tables
    UNION ALL
    SELECT indexrelname, idx_blks_hit + idx_blks_read, idx_scan, idx_tup_read
    FROM pg_statio_user_indexes JOIN pg_stat_user_indexes USING (indexrelid, indexrelname)
""")
TUPLES = text("SELECT relname, n_tup_ins, n_tup_upd, n_tup_hot_upd FROM pg_stat_user_tables")
WAL = text("SELECT pg_current_wal_insert_lsn() - '0/0' AS wal")


Figures = Mapping[str, tuple[float, ...]]


@dataclass(frozen=True, slots=True)
class Counters:
    """Counters so far: name -> figures."""

    functions: Figures
    relations: Figures
    tuples: Figures
    commands: Figures
    wal_bytes: float

    def since(self, before: Counters) -> Counters:
        """Return what has been added."""
        return Counters(
            _less(self.functions, before.functions),
            _less(self.relations, before.relations),
            _less(self.tuples, before.tuples),
            _less(self.commands, before.commands),
            self.wal_bytes - before.wal_bytes,
        )


async def time_functions(server_url: str) -> None:
    """Make PostgreSQL time every function, for connections that are opened from now on."""
    engine = create_async_engine(sqlalchemy_url(server_url), isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(text("ALTER SYSTEM SET track_functions = 'all'"))
        await connection.execute(text("SELECT pg_reload_conf()"))
    await engine.dispose()


async def read_counters(database_url: str, redis: Redis) -> Counters:
    """Return all counters as they stand."""
    engine = create_async_engine(sqlalchemy_url(database_url))
    try:
        functions = await _rows(engine, FUNCTIONS)
        relations = await _rows(engine, RELATIONS)
        tuples = await _rows(engine, TUPLES)
        async with engine.connect() as connection:
            wal = float((await connection.execute(WAL)).scalar_one())
    finally:
        await engine.dispose()
    stats: Mapping[str, Any] = await redis.info("commandstats")
    commands = {
        name.removeprefix("cmdstat_"): (float(each["calls"]), float(each["usec"])) for name, each in stats.items()
    }
    return Counters(functions, relations, tuples, commands, wal)


async def _rows(engine: AsyncEngine, statement: Any) -> Figures:
    async with engine.connect() as connection:
        rows = (await connection.execute(statement)).all()
    return {row[0]: tuple(float(value or 0) for value in row[1:]) for row in rows}


def _less(after: Figures, before: Figures) -> Figures:
    zeros = (0.0,) * 8
    return {
        name: tuple(value - was for value, was in zip(values, before.get(name, zeros), strict=False))
        for name, values in after.items()
    }
