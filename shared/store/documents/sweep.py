"""Files that somebody must ring, and readers that fell silent."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import text

from shared.store.database import Database

END_LAPSED = text(
    "UPDATE document_uploads SET lease_until = NULL, rung_at = NULL, "
    "status = CASE WHEN attempts < :most_attempts THEN 'waiting' ELSE 'failed' END, "
    "reason_code = CASE WHEN attempts >= :most_attempts THEN CAST(:reason_code AS text) END, "
    "reason = CASE WHEN attempts >= :most_attempts THEN CAST(:reason AS text) END, "
    "ended_at = CASE WHEN attempts >= :most_attempts THEN clock_timestamp() END "
    "WHERE document_id IN (SELECT document_id FROM document_uploads WHERE status = 'reading' "
    "AND lease_until < clock_timestamp() ORDER BY lease_until LIMIT :at_most FOR UPDATE SKIP LOCKED) RETURNING status",
)
RING = text(
    "UPDATE document_uploads SET rung_at = clock_timestamp() WHERE document_id IN ("
    "SELECT document_id FROM document_uploads WHERE status = 'waiting' "
    "AND (rung_at IS NULL OR rung_at < clock_timestamp() - make_interval(secs => :seconds)) "
    "ORDER BY uploaded_at LIMIT :at_most FOR UPDATE SKIP LOCKED) RETURNING document_id",
)


async def end_lapsed_uploads(
    database: Database, *, most_attempts: int, reason_code: str, reason: str, limit: int
) -> list[str]:
    """Let files wait again whose reader fell silent; those that were taken `most_attempts` times have failed.

    Returns the status that each has now.
    """
    rows = await database.call(
        END_LAPSED, most_attempts=most_attempts, reason_code=reason_code, reason=reason, at_most=limit
    )
    return [row.status for row in rows]


async def unread_uploads(database: Database, *, rung_before_seconds: float, limit: int) -> list[UUID]:
    """Return documents with a waiting file that was not rung for so long, each at most once in that time."""
    rows = await database.call(RING, seconds=rung_before_seconds, at_most=limit)
    return [row.document_id for row in rows]
