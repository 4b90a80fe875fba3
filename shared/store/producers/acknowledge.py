"""Note that producers have heard how turns ended."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from shared.store.database import Database

ACKNOWLEDGE = text("""
    UPDATE turns SET acknowledged_at = clock_timestamp(), handed_to = NULL, handed_until = NULL
    WHERE id = ANY (ARRAY(
        SELECT t.id FROM turns AS t
        JOIN ROWS FROM (unnest(CAST(:ids AS uuid[])), unnest(CAST(:ends AS timestamptz[]))) AS heard (id, ended_at)
            ON heard.id = t.id AND heard.ended_at = t.ended_at
        WHERE t.id = ANY (CAST(:ids AS uuid[])) AND t.acknowledged_at IS NULL ORDER BY t.id FOR UPDATE OF t
    ))
""")


async def acknowledge(database: Database, ends: Sequence[tuple[UUID, datetime]]) -> None:
    """Note these ends, each a turn's id and when it ended, as heard.

    Harmless to run again. A turn that was retried by hand meanwhile has not ended, or ended anew: that is still to be
    heard.
    """
    ids, times = [turn_id for turn_id, _ in ends], [ended_at for _, ended_at in ends]
    await database.call(ACKNOWLEDGE, ids=ids, ends=times)
