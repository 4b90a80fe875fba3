"""Keys that may have recovered: probed again by a schedule."""

from __future__ import annotations

from sqlalchemy import text

from shared.store.database import Database
from shared.store.keys.read import KEY_COLUMNS, key_of
from shared.store.keys.rows import KeyRow

TAKE = text(
    "UPDATE provider_keys SET recheck_at = now() + make_interval(secs => recheck_seconds) WHERE id IN (SELECT id "
    "FROM provider_keys WHERE recheck_at < now() AND deleted_at IS NULL ORDER BY recheck_at LIMIT :at_most "
    f"FOR UPDATE SKIP LOCKED) RETURNING {KEY_COLUMNS}",
)


async def take_due_rechecks(database: Database, *, limit: int) -> list[KeyRow]:
    """Return the keys that are due for a probe, each put off by its own pause: a lost ring costs one pause."""
    return [key_of(row) for row in await database.call(TAKE, at_most=limit)]
