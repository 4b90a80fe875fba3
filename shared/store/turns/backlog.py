"""How many turns of all workspaces wait: one row, measured by the sweeper, read at every door."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import text

from shared.store.database import Database

# in the order of the ids, and by the one row's key: by indexes, as every statement of ours
MEASURE = text("""
    UPDATE backlog
    SET measured_at = clock_timestamp(), waiting = (
        SELECT coalesce(sum(waiting), 0) FROM (SELECT waiting FROM workspace_counters ORDER BY workspace_id) AS w
    )
    WHERE is_only
""")
READ = text("""
    SELECT waiting, extract(epoch FROM clock_timestamp() - measured_at)::double precision AS age_seconds
    FROM backlog WHERE is_only
""")


@dataclass(frozen=True, slots=True)
class MeasuredBacklog:
    """How many turns waited, and how long ago that was by the database's clock."""

    waiting: int
    age_seconds: float


async def measure_backlog(database: Database) -> None:
    """Write down how many turns wait now."""
    await database.call(MEASURE)


async def read_backlog(database: Database) -> MeasuredBacklog:
    """Return the latest measure."""
    (row,) = await database.call(READ)
    return MeasuredBacklog(row.waiting, row.age_seconds)
