"""The queue as a whole: what is ready, running and waiting, and who works on it. Four bounded statements."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, text

from shared.store.database import Database
from shared.store.operators.rows import ConnectedProcess, LeaseHolder, Line, QueueNow

COUNTED_AT_MOST = 10_000
"""Nothing is counted further: a backlog of millions must not make its own page slow."""
HOLDERS_AT_MOST = 100
IN_WORK = (
    "SELECT '{status}' AS name, count(*) AS things, min(accepted_at) AS oldest FROM "
    "(SELECT accepted_at FROM turns WHERE status = '{status}' LIMIT :at_most) AS {status}"
)
WAITING = (
    "SELECT h.hold AS name, w.things, w.oldest FROM unnest(ARRAY['slot', 'conversation', 'due', 'room']) AS h (hold) "
    "CROSS JOIN LATERAL (SELECT count(*) AS things, min(accepted_at) AS oldest FROM (SELECT accepted_at FROM turns "
    "WHERE status = 'waiting' AND coalesce(hold, 'slot') = h.hold ORDER BY accepted_at LIMIT :at_most) AS t) AS w"
)
LINES = text(" UNION ALL ".join([IN_WORK.format(status="ready"), IN_WORK.format(status="running"), WAITING]))
BEHIND = text(
    "SELECT 'uncounted_usage' AS name, count(*) AS things, min(revised_at) AS oldest FROM (SELECT revised_at "
    "FROM usage_events WHERE counted_revision < revision ORDER BY rung_at LIMIT :at_most) AS e "
    "UNION ALL SELECT 'suspect_keys', count(*), min(suspect_since) FROM (SELECT suspect_since FROM provider_keys "
    "WHERE state = 'suspect' AND deleted_at IS NULL LIMIT :at_most) AS k",
)
HOLDERS = text(
    "SELECT coalesce(lease_owner, 'unknown') AS owner, count(*) AS turns, "
    "count(*) FILTER (WHERE lease_until < now()) AS lapsed FROM "
    "(SELECT lease_owner, lease_until FROM turns WHERE status = 'running' LIMIT :at_most) AS running "
    f"GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {HOLDERS_AT_MOST}",
)
PROCESSES = text("SELECT * FROM running_processes()")


async def read_queue(database: Database) -> QueueNow:
    """Return the work of the whole installation, all of it at one instant."""
    most = {"at_most": COUNTED_AT_MOST}
    async with database.snapshot() as connection:
        lines = [_line(row) for row in await connection.execute(LINES, most)]
        behind = [_line(row) for row in await connection.execute(BEHIND, most)]
        holders = [LeaseHolder(row.owner, row.turns, row.lapsed) for row in await connection.execute(HOLDERS, most)]
        processes = (await connection.execute(PROCESSES)).all()
    uncounted_usage, suspect_keys = behind
    return QueueNow(
        at=processes[0].at,  # this connection is one of them
        lines={line.name: line for line in lines},
        uncounted_usage=uncounted_usage,
        suspect_keys=suspect_keys,
        lease_holders=tuple(holders),
        processes=tuple(ConnectedProcess(row.name, row.connections, row.spoke_at) for row in processes),
    )


def _line(row: Row[Any]) -> Line:
    return Line(row.name, row.things, row.oldest)
