"""Read bots."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from shared.domain.history_overflow import HistoryOverflow
from shared.store.bots.rows import BotRow
from shared.store.database import Database

LIMIT_NAMES = (
    "rate_per_minute",
    "rate_burst",
    "user_rate_per_minute",
    "user_rate_burst",
    "cache_seconds",
    "history_tokens",
    "history_overflow",
)
LIMIT_COLUMNS = ", ".join(LIMIT_NAMES)
BOT_COLUMNS = f"id, workspace_id, name, model, system_prompt, key_id, language, created_at, {LIMIT_COLUMNS}"
LIST = text(
    f"SELECT {BOT_COLUMNS} FROM bots WHERE workspace_id = :workspace_id AND deleted_at IS NULL ORDER BY created_at, id",
)
ONE = text(
    f"SELECT {BOT_COLUMNS} FROM bots WHERE workspace_id = :workspace_id AND id = :bot_id AND deleted_at IS NULL",
)


async def list_bots(database: Database, workspace_id: UUID) -> list[BotRow]:
    """Return the workspace's bots, the oldest first."""
    return [bot_of(row) for row in await database.call(LIST, workspace_id=workspace_id)]


async def find_bot(database: Database, *, workspace_id: UUID, bot_id: UUID) -> BotRow | None:
    """Return a bot of this workspace, or None."""
    rows = await database.call(ONE, workspace_id=workspace_id, bot_id=bot_id)
    return bot_of(rows[0]) if rows else None


def bot_of(row: Row[Any], bot_id: UUID | None = None) -> BotRow:
    """Return the bot that a row of BOT_COLUMNS holds; `bot_id` where `id` is something else's."""
    return BotRow(
        bot_id=bot_id or row.id,
        workspace_id=row.workspace_id,
        name=row.name,
        model=row.model,
        system_prompt=row.system_prompt,
        key_id=row.key_id,
        created_at=row.created_at,
        rate_per_minute=row.rate_per_minute,
        rate_burst=row.rate_burst,
        user_rate_per_minute=row.user_rate_per_minute,
        user_rate_burst=row.user_rate_burst,
        cache_seconds=row.cache_seconds,
        history_tokens=row.history_tokens,
        history_overflow=HistoryOverflow(row.history_overflow),
        language=row.language,
    )
