"""How often somebody failed to sign in: by account and by address."""

from __future__ import annotations

from sqlalchemy import text

from shared.store.database import Database

COUNT = text(
    "SELECT coalesce(sum(failures), 0) AS failures FROM login_failures WHERE subject = :subject "
    "AND window_start > now() - make_interval(secs => :seconds)",
)
NOTE = text(
    "INSERT INTO login_failures AS f (subject, window_start) VALUES (:subject, date_trunc('minute', now())) "
    "ON CONFLICT (subject, window_start) DO UPDATE SET failures = f.failures + 1",
)
FORGET = text("DELETE FROM login_failures WHERE window_start < now() - make_interval(secs => :seconds)")


async def count_login_failures(database: Database, subject: bytes, *, within_seconds: float) -> int:
    """Return how often this subject (a hash of an account or address) failed lately."""
    (row,) = await database.call(COUNT, subject=subject, seconds=within_seconds)
    return int(row.failures)


async def note_login_failure(database: Database, subject: bytes, *, keep_seconds: float) -> None:
    """Count one failure, and forget those that are too old to matter."""
    await database.call(NOTE, subject=subject)
    await database.call(FORGET, seconds=keep_seconds)
