"""How often somebody failed to sign in, by account and by address.

An attempt is counted before it is judged and taken back when it was none: of many at once no more get through than
one after another.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import text

from shared.store.database import Database

# every subject's row of this minute, in one order, so that two attempts never wait for each other
NOTE = text(
    "INSERT INTO login_failures AS f (subject, window_start) "
    "SELECT subject, date_trunc('minute', now()) FROM unnest(CAST(:subjects AS bytea[])) AS s (subject) ORDER BY subject "
    "ON CONFLICT (subject, window_start) DO UPDATE SET failures = f.failures + 1",
)
COUNT = text(
    "SELECT s.subject, coalesce(sum(f.failures), 0) AS failures FROM unnest(CAST(:subjects AS bytea[])) AS s (subject) "
    "LEFT JOIN login_failures AS f ON f.subject = s.subject "
    "AND f.window_start > now() - make_interval(secs => :seconds) GROUP BY s.subject",
)
TAKE_BACK = text(
    "UPDATE login_failures SET failures = failures - 1 WHERE subject = :subject AND failures > 0 AND window_start = "
    "(SELECT max(window_start) FROM login_failures WHERE subject = :subject AND failures > 0)",
)
FORGET = text("DELETE FROM login_failures WHERE window_start < now() - make_interval(secs => :seconds)")


async def count_login_attempt(
    database: Database, subjects: Sequence[bytes], *, within_seconds: float
) -> dict[bytes, int]:
    """Count an attempt of these subjects (hashes of an account and of an address); return each one's, this included."""
    await database.call(NOTE, subjects=list(subjects))
    rows = await database.call(COUNT, subjects=list(subjects), seconds=within_seconds)
    return {bytes(row.subject): int(row.failures) for row in rows}


async def take_back_login_attempt(database: Database, subjects: Sequence[bytes]) -> None:
    """Take an attempt back that succeeded, or that was refused unheard."""
    for subject in subjects:  # one row at a time, so that nobody waits for anybody
        await database.call(TAKE_BACK, subject=subject)


async def forget_login_attempts(database: Database, *, older_than_seconds: float) -> None:
    """Forget attempts that are too old to matter."""
    await database.call(FORGET, seconds=older_than_seconds)
