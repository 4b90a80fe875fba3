"""What must be true of a PostgreSQL before a process works on it: its clock, and its tables' version."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from hashlib import sha256
from pathlib import Path

from sqlalchemy import text

from shared.store.database import Database, DatabaseRole
from shared.store.errors import StoreError, StoreUnavailableError

CLOCK = text("SELECT clock_timestamp() AS now")
VERSIONS = Path(__file__).parent / "migrations" / "versions"
FUNCTIONS = Path(__file__).parent / "sql"
VERSION = text("SELECT version_num FROM alembic_version")
WHOLE_VERSION = text("""
SELECT version_num, obj_description('alembic_version'::regclass, 'pg_class') AS functions,
       (SELECT count(*) FROM pg_roles WHERE rolname = ANY(:roles)) AS roles
FROM alembic_version
""")


async def server_time(database: Database) -> datetime:
    """Return the present instant by the server's clock.

    Raises:
        StoreUnavailableError: PostgreSQL did not answer.

    """
    rows = await database.call(CLOCK)
    now: datetime = rows[0].now
    return now


async def is_migrated(database: Database) -> bool:
    """Tell whether the tables are of the version that this code is written for.

    Raises:
        StoreUnavailableError: PostgreSQL did not answer.

    """
    try:
        rows = await database.call(VERSION)
    except StoreUnavailableError:
        raise
    except StoreError:
        return False  # there is no such table yet
    return [row.version_num for row in rows] == [_newest_version()]


async def is_of_this_code(database: Database) -> bool:
    """Tell whether a migration would change nothing: tables, functions and roles are those of this code.

    Raises:
        StoreUnavailableError: PostgreSQL did not answer.

    """
    try:
        rows = await database.call(WHOLE_VERSION, roles=list(DatabaseRole))
    except StoreUnavailableError:
        raise
    except StoreError:
        return False  # there is no such table yet
    return [tuple(row) for row in rows] == [(_newest_version(), functions_of_this_code(), len(DatabaseRole))]


def functions_of_this_code() -> str:
    """Return what a migration leaves as its table's comment: a digest of every function's text."""
    return sha256(b"".join(file.read_bytes() for file in sorted(FUNCTIONS.glob("*.sql")))).hexdigest()


@cache
def _newest_version() -> str:
    # by the files' names (0001_first_tables.py): asking Alembic would load all of it into every process
    return max(file.name.partition("_")[0] for file in VERSIONS.glob("[0-9]*_*.py"))
