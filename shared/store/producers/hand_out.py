"""Hand ended turns out to one process of their producer, for as long as its lease."""

from __future__ import annotations

from sqlalchemy import text

from shared.store.database import Database
from shared.store.producers.rows import HandedTurn, InboxReader
from shared.store.turns.read import COLUMNS, turn_of

HAND_OUT = text(f"""
    UPDATE turns SET handed_to = :process_id, handed_until = clock_timestamp() + make_interval(secs => :lease_seconds)
    WHERE id = ANY (ARRAY(
        SELECT id FROM turns
        WHERE inbox = :inbox AND door = 'producer' AND ended_at IS NOT NULL AND acknowledged_at IS NULL
            AND (handed_until IS NULL OR handed_until < clock_timestamp())
        ORDER BY ended_at LIMIT :at_most FOR UPDATE SKIP LOCKED
    ))
    RETURNING {COLUMNS}, idempotency_key
""")


async def hand_out(database: Database, reader: InboxReader, *, at_most: int) -> list[HandedTurn]:
    """Return turns that ended and are in nobody's hands, those that ended first; they are this process's now."""
    rows = await database.call(
        HAND_OUT,
        inbox=reader.inbox,
        process_id=reader.process_id,
        lease_seconds=reader.lease_seconds,
        at_most=at_most,
    )
    return [HandedTurn(turn_of(row), row.idempotency_key) for row in sorted(rows, key=lambda row: row.ended_at)]
