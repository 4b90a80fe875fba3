"""What PostgreSQL and Redis have done so far, by their own counters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from redis.asyncio import Redis
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from shared.store.url import sqlalchemy_url
from tests.measuring.connections import until_alone
from tests.servers import until

NOT_OF_A_TURN = ("info", "hlen", "flushall", "auth", "hello", "client", "select", "script")
"""Commands of the guard itself, and of connecting."""
FIGURES = text("""
    SELECT d.xact_commit AS transactions, d.blks_hit + d.blks_read AS buffers,
        pg_current_wal_insert_lsn() - '0/0' AS wal_bytes, t.*, i.*
    FROM pg_stat_database AS d, (
        SELECT sum(n_tup_ins) AS rows_inserted, sum(n_tup_upd) AS rows_updated,
            sum(n_tup_upd - n_tup_hot_upd) AS updates_with_new_index_entries,
            sum(coalesce(idx_scan, 0)) AS index_scans, sum(seq_scan) AS whole_table_reads
        FROM pg_stat_user_tables
    ) AS t, (SELECT sum(idx_tup_read) AS index_entries_read FROM pg_stat_user_indexes) AS i
    WHERE d.datname = current_database()
""")


async def postgres_figures(database_url: str) -> dict[str, float]:
    """Return the database's counters, once every other connection has ended and so told all that it did."""
    engine = create_async_engine(sqlalchemy_url(database_url))
    try:
        async with engine.connect() as connection:
            await until_alone(connection)
            row = (await connection.execute(FIGURES)).one()
    finally:
        await engine.dispose()
    return {name: float(value) for name, value in row._mapping.items()}


async def redis_figures(client: Redis) -> dict[str, float]:
    """Return how many commands Redis ran, those inside scripts too, and the bytes that came and went."""
    commands: Mapping[str, Any] = await client.info("commandstats")
    traffic: Mapping[str, Any] = await client.info("stats")
    names = [name for name in commands if not name.removeprefix("cmdstat_").startswith(NOT_OF_A_TURN)]
    return {
        "redis_commands": float(sum(commands[name]["calls"] for name in names)),
        "redis_bytes_in": float(traffic["total_net_input_bytes"]),
        "redis_bytes_out": float(traffic["total_net_output_bytes"]),
    }


async def until_queues_are_empty(client: Redis, *, seconds: float = 15) -> None:
    """Wait until every message was worked off and acked."""

    async def are_empty() -> bool:
        return not any([await client.hlen(f"dramatiq:{queue}.msgs") for queue in ("completions", "ledger")])

    await until(are_empty, seconds=seconds)
