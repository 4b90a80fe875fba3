"""Keep what was handed out, or give it back so that another process may have it."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text

from shared.store.database import Database
from shared.store.producers.rows import InboxReader

OWN = """
    WHERE id = ANY (ARRAY(
        SELECT id FROM turns
        WHERE id = ANY (CAST(:ids AS uuid[])) AND handed_to = :process_id AND acknowledged_at IS NULL
        ORDER BY id FOR UPDATE
    ))
"""
KEEP = text(
    f"UPDATE turns SET handed_until = clock_timestamp() + make_interval(secs => :lease_seconds) {OWN} RETURNING id"
)
GIVE_BACK = text(f"UPDATE turns SET handed_to = NULL, handed_until = NULL {OWN}")


async def keep_handed(database: Database, reader: InboxReader, turn_ids: Sequence[UUID]) -> set[UUID]:
    """Renew the lease of these; return those that are still this process's."""
    rows = await database.call(
        KEEP, ids=list(turn_ids), process_id=reader.process_id, lease_seconds=reader.lease_seconds
    )
    return {row.id for row in rows}


async def give_back(database: Database, reader: InboxReader, turn_ids: Sequence[UUID]) -> None:
    """Let another process have these at once; what is this process's no longer is left alone."""
    await database.call(GIVE_BACK, ids=list(turn_ids), process_id=reader.process_id)
