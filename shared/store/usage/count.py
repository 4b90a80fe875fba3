"""Count usage events into the roll-ups, each once."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from shared.store.database import Database

COUNT = "SELECT count_usage($1, $2) AS counted"


async def count_usage(database: Database, events: Sequence[tuple[UUID, int]]) -> int:
    """Add what these (turn id, attempt) events say and was not counted yet; return how many had news.

    The mark commits with the effect: counting an event twice changes nothing.
    """
    turn_ids, attempts = [turn_id for turn_id, _ in events], [attempt for _, attempt in events]
    (row,) = await database.fetch(COUNT, turn_ids, attempts)
    counted: int = row["counted"]
    return counted
