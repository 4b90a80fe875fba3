"""Servers of the guard's own: nothing else writes there, and no vacuum passes in the middle of a count."""

from __future__ import annotations

from types import ModuleType

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from infra.embedded.postgres import EmbeddedPostgres
from shared.admission import backlog
from shared.queue import inbox
from shared.replies import waiting
from shared.store.url import sqlalchemy_url

A_LONG_TIME_SECONDS = 3600.0


@pytest.fixture
async def quiet_postgres(own_postgres_server: EmbeddedPostgres) -> str:
    """Return the address of a server that vacuums and checkpoints only when told to."""
    engine = create_async_engine(sqlalchemy_url(own_postgres_server.url), isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        for setting in ("autovacuum = off", "checkpoint_timeout = '1d'"):
            await connection.execute(text(f"ALTER SYSTEM SET {setting}"))
        await connection.execute(text("SELECT pg_reload_conf()"))
    await engine.dispose()
    return own_postgres_server.url


@pytest.fixture
def slow_clocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing look at the servers by the clock: on a slow machine that would count as the turns' own."""
    clocks: list[tuple[ModuleType, str]] = [
        (waiting, "LOOK_SECONDS"),
        (backlog, "READ_SECONDS"),
        (inbox, "_UPKEEP_SECONDS"),
    ]
    for module, name in clocks:
        monkeypatch.setattr(module, name, A_LONG_TIME_SECONDS)
