"""Waits until nobody else is connected to a database: each connection then has told what it did."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from tests.servers import until

OTHERS = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")


async def until_alone(connection: AsyncConnection) -> None:
    """Wait; what the counters say is read anew by the connection's next transaction."""

    async def is_alone() -> bool:
        return bool((await connection.execute(OTHERS)).scalar_one() == 0)

    await until(is_alone)
    await connection.rollback()
