"""Find a bot with what decides its turns: one query, for people who signed in."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import text

from shared.domain.plans import Plan
from shared.domain.rates import rate_of
from shared.store.bots.read import LIMIT_NAMES, bot_of
from shared.store.bots.rows import BotHolder
from shared.store.database import Database

FIND = text(
    "SELECT b.id, b.workspace_id, b.name, b.model, b.system_prompt, b.key_id, b.language, b.created_at, w.plan, c.epoch, "
    f"{', '.join(f'b.{name}' for name in LIMIT_NAMES)}, "
    "w.rate_per_minute AS workspace_rate_per_minute, w.rate_burst AS workspace_rate_burst "
    "FROM bots AS b JOIN workspaces AS w ON w.id = b.workspace_id "
    "JOIN workspace_counters AS c ON c.workspace_id = b.workspace_id "
    "WHERE b.workspace_id = :workspace_id AND b.id = :bot_id AND b.deleted_at IS NULL",
)


async def find_bot_holder(database: Database, *, workspace_id: UUID, bot_id: UUID) -> BotHolder | None:
    """Return the bot of this workspace with plan and epoch, or None."""
    rows = await database.call(FIND, workspace_id=workspace_id, bot_id=bot_id)
    if not rows:
        return None
    row = rows[0]
    rate = rate_of(row.workspace_rate_per_minute, row.workspace_rate_burst)
    return BotHolder(workspace_id, Plan(row.plan), row.epoch, bot_of(row), rate)
