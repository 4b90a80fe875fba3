"""A test notice: shows a workspace that its channels work."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import text

from shared.store.database import Database

LOCK = text("SELECT 1 FROM workspace_counters WHERE workspace_id = :workspace_id FOR UPDATE")
INSERT = text(
    "INSERT INTO notices (workspace_id, kind) SELECT :workspace_id, 'test' WHERE NOT EXISTS "
    "(SELECT 1 FROM notices WHERE workspace_id = :workspace_id AND kind = 'test' "
    "AND created_at > clock_timestamp() - make_interval(secs => :pause_seconds)) RETURNING id",
)
QUEUE = text("SELECT queue_deliveries(:notice_id, :workspace_id)")


async def insert_test_notice(database: Database, *, workspace_id: UUID, pause_seconds: float) -> UUID | None:
    """Make a test notice for every channel that is set; None when the last one is younger than `pause_seconds`."""
    async with database.transaction() as connection:
        await connection.execute(LOCK, {"workspace_id": workspace_id})
        values = {"workspace_id": workspace_id, "pause_seconds": pause_seconds}
        row = (await connection.execute(INSERT, values)).one_or_none()
        if row is None:
            return None
        notice_id: UUID = row.id
        await connection.execute(QUEUE, {"notice_id": notice_id, "workspace_id": workspace_id})
        return notice_id
