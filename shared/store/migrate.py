"""Brings a database to this version: tables by Alembic, functions from their files."""

from __future__ import annotations

import asyncio
from pathlib import Path

from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from shared.store.standing import FUNCTIONS, functions_of_this_code
from shared.store.url import sqlalchemy_url

HERE = Path(__file__).parent
MIGRATION_LOCK = 7_348_201
"""An arbitrary advisory lock number: two processes that migrate at once take turns."""


def migrate(url: str) -> None:
    """Upgrade the database at this address; does nothing to one that is up to date."""
    asyncio.run(migrate_async(url))


async def migrate_async(url: str) -> None:
    """Upgrade the database at this address, from inside a running event loop."""
    engine = create_async_engine(sqlalchemy_url(url), poolclass=NullPool)
    try:
        async with engine.begin() as connection:
            await connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": MIGRATION_LOCK})
            await connection.run_sync(_upgrade)
            for file in sorted(FUNCTIONS.glob("*.sql")):
                await _run_script(connection, file.read_text(encoding="utf-8"))
            await connection.execute(text(f"COMMENT ON TABLE alembic_version IS '{functions_of_this_code()}'"))
    finally:
        await engine.dispose()


def _upgrade(connection: Connection) -> None:
    # imported here: it takes longer than the rest of a start on a database that is up to date
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(HERE / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


async def _run_script(connection: AsyncConnection, script: str) -> None:
    # a prepared statement takes one statement; the driver's own connection takes a script
    pooled = await connection.get_raw_connection()
    driver = pooled.driver_connection
    assert driver is not None
    await driver.execute(script)
