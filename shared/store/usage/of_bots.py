"""How much some bots were used, from the roll-ups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import text

from shared.store.database import Database

# each day by itself, so that the index leads to the bots' own rows and to no others
OF_BOTS = text(
    "SELECT bot_id, sum(turns)::bigint AS turns, sum(failed_turns)::bigint AS failed_turns FROM usage_daily "
    "WHERE workspace_id = :workspace_id AND day = ANY (CAST(:days AS date[])) "
    "AND bot_id = ANY (CAST(:bot_ids AS uuid[])) GROUP BY bot_id",
)


@dataclass(frozen=True, slots=True)
class BotUsage:
    """The turns of a bot in a range of days, and how many of them failed."""

    turns: int = 0
    failed_turns: int = 0


NONE_YET = BotUsage()


async def read_usage_of_bots(
    database: Database, *, workspace_id: UUID, bot_ids: Sequence[UUID], last_day: date, days: int
) -> dict[UUID, BotUsage]:
    """Return the usage of these bots on the `days` UTC days up to the last one; who was not used is absent."""
    rows = await database.call(
        OF_BOTS,
        workspace_id=workspace_id,
        days=[last_day - timedelta(days=before) for before in range(days)],
        bot_ids=list(bot_ids),
    )
    return {row.bot_id: BotUsage(row.turns, row.failed_turns) for row in rows}
