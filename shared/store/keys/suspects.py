"""Suspect keys that still wait for their verdict."""

from __future__ import annotations

from sqlalchemy import text

from shared.store.database import Database
from shared.store.keys.read import KEY_COLUMNS, key_of
from shared.store.keys.rows import KeyRow

RING = text(
    "UPDATE provider_keys SET rung_at = now() WHERE id IN (SELECT id FROM provider_keys WHERE state = 'suspect' "
    "AND deleted_at IS NULL AND rung_at < now() - make_interval(secs => :seconds) ORDER BY rung_at "
    f"LIMIT :at_most FOR UPDATE SKIP LOCKED) RETURNING {KEY_COLUMNS}",
)


async def suspect_keys(database: Database, *, rung_before_seconds: float, limit: int) -> list[KeyRow]:
    """Return suspect keys whose validator was not rung for so long, each at most once in that time."""
    rows = await database.call(RING, seconds=rung_before_seconds, at_most=limit)
    return [key_of(row) for row in rows]
