"""What one sweep touches: the sweeper runs by the clock, so its cost is told apart from a turn's."""

from __future__ import annotations

from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from shared.store.database import PLANS
from shared.store.url import sqlalchemy_url

SWEEPS = {
    "expire_overdue": "expire_overdue(1000, '')",
    "end_lapsed_leases": "end_lapsed_leases(1000, '')",
    "promote_due": "promote_due(1000)",
    "ring_unclaimed": "ring_unclaimed(5, 1000)",
    "unannounced_usage": "unannounced_usage(5, 1000)",
}


async def buffers_of_a_sweep(database_url: str) -> dict[str, float]:
    """Return how many shared buffers each of the sweeper's statements touches when nothing is to be done.

    Run twice, by EXPLAIN (ANALYZE, BUFFERS) as the product plans, and rolled back: the first fills the caches.
    """
    engine = create_async_engine(sqlalchemy_url(database_url), connect_args={"server_settings": PLANS})
    try:
        async with engine.connect() as connection:
            for _ in range(2):
                found = {name: await _buffers(connection, call) for name, call in SWEEPS.items()}
            await connection.rollback()
    finally:
        await engine.dispose()
    return found


async def _buffers(connection: Any, call: str) -> float:
    explain = text(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) SELECT * FROM {call}")
    plan = (await connection.execute(explain)).scalar_one()[0]["Plan"]
    return float(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])
