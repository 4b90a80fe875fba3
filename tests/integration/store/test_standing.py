"""Whether a database is of this code: a start migrates it only when it is not."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text

from shared.store.database import Database
from shared.store.migrate import migrate_async
from shared.store.standing import is_of_this_code

ROOT = Path(__file__).parents[3]


@pytest.fixture
async def owner(database_url: str) -> AsyncIterator[Database]:
    database = Database.connect(database_url, connections=1, application_name="test")
    yield database
    await database.close()


async def test_a_migrated_database_is_of_this_code(owner: Database) -> None:
    assert await is_of_this_code(owner)


@pytest.mark.parametrize(
    "change",
    [
        "COMMENT ON TABLE alembic_version IS 'functions of another day'",
        "COMMENT ON TABLE alembic_version IS NULL",
        "UPDATE alembic_version SET version_num = '0001'",
        "DROP TABLE alembic_version",
    ],
)
async def test_a_database_of_another_day_is_not(owner: Database, change: str) -> None:
    await owner.call(text(change))
    assert not await is_of_this_code(owner)


async def test_functions_of_another_day_are_replaced_by_a_migration(owner: Database, database_url: str) -> None:
    await owner.call(text("COMMENT ON TABLE alembic_version IS 'functions of another day'"))
    await migrate_async(database_url)
    assert await is_of_this_code(owner)


def test_what_only_a_migration_needs_is_not_loaded_before_one() -> None:
    look = "import sys, infra.cli.up; print('alembic' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", look], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ran.stdout == "False\n"
