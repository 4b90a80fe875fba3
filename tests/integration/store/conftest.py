"""A migrated database and the short words that the store's tests speak in."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from shared.store.database import Database
from tests.integration.store.bench import Bench


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """Connect to a fresh database."""
    database = Database.connect(database_url, connections=10, application_name="test")
    yield database
    await database.close()


@pytest.fixture
async def bench(database: Database) -> Bench:
    """Return a workbench with one workspace on the Scale plan and one bot."""
    return await Bench.prepare(database)
