"""Count usage events into the roll-ups, each once."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text

from shared.store.database import Database

COUNT = text("SELECT count_usage(CAST(:turn_ids AS uuid[]), CAST(:attempts AS integer[])) AS counted")


async def count_usage(database: Database, events: Sequence[tuple[UUID, int]]) -> int:
    """Add what these (turn id, attempt) events say and was not counted yet; return how many had news.

    The mark commits with the effect: counting an event twice changes nothing.
    """
    (row,) = await database.call(
        COUNT,
        turn_ids=[turn_id for turn_id, _ in events],
        attempts=[attempt for _, attempt in events],
    )
    counted: int = row.counted
    return counted
