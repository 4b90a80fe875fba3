"""Write a made-up history into a workspace that has none of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text

from shared.domain.actor import Actor
from shared.domain.key_format import DISPLAY_NAMES
from shared.store.database import Database
from shared.store.demo.rows import History, SeededBot
from shared.store.errors import StoreError
from shared.store.workspaces.epoch import begin_change

TURNS_AT_ONCE = 20_000
HAS_TURNS = text("SELECT next_position > 1 AS has_turns FROM workspace_counters WHERE workspace_id = :workspace_id")
LOCK = text("SELECT next_position FROM workspace_counters WHERE workspace_id = :workspace_id FOR UPDATE")
ROOM = text(
    "UPDATE workspace_counters SET message_limit = greatest(message_limit, :messages) "
    "WHERE workspace_id = :workspace_id",
)
BOTS = text(
    "INSERT INTO bots (id, workspace_id, name, model, key_id, created_at, deleted_at) "
    "SELECT bot_id, CAST(:workspace_id AS uuid), name, model, key_id, CAST(:created_at AS timestamptz), "
    "CASE WHEN is_deleted THEN now() END FROM jsonb_to_recordset(CAST(:bots AS jsonb)) "
    "AS b (bot_id uuid, name text, model text, key_id uuid, is_deleted boolean)",
)
SEED = text(
    "SELECT seed_history(:workspace_id, CAST(:bots AS jsonb), CAST(:exchanges AS text[]), CAST(:errors AS text[]), "
    ":from_at, :to_at, :total, :first, :last)",
)
ANALYZE = text("ANALYZE turns, usage_events, usage_daily, usage_daily_all_bots, bots")


async def has_turns(database: Database, workspace_id: UUID) -> bool:
    """Tell whether the workspace ever accepted a turn."""
    (row,) = await database.call(HAS_TURNS, workspace_id=workspace_id)
    found: bool = row.has_turns
    return found


async def begin_history(database: Database, history: History, *, messages_a_month: int, actor: Actor) -> None:
    """Make the history's bots, give the workspace room for its messages, and note all of it in the audit."""
    values = {"workspace_id": history.workspace_id, "created_at": history.from_at, "bots": _bots(history.bots)}
    async with database.transaction() as connection:
        details = {"turns": history.turns, "bots": len(history.bots), "message_limit": messages_a_month}
        await begin_change(
            connection,
            history.workspace_id,
            actor=actor,
            action="demo.seed",
            target=history.workspace_id,
            details=details,
        )
        await connection.execute(ROOM, {"workspace_id": history.workspace_id, "messages": messages_a_month})
        await connection.execute(BOTS, values)


async def write_history(database: Database, history: History) -> AsyncIterator[int]:
    """Write the turns, their usage and their roll-ups, some thousands a commit; yield how many are written so far.

    Whatever ends it early leaves whole turns whose figures agree.

    Raises:
        StoreError: somebody else wrote a turn into the workspace meanwhile.

    """
    values = {
        "workspace_id": history.workspace_id,
        "bots": _bots(history.bots),
        "exchanges": list(history.exchanges),
        "errors": list(history.errors),
        "from_at": history.from_at,
        "to_at": history.to_at,
        "total": history.turns,
    }
    for first in range(0, history.turns, TURNS_AT_ONCE):
        last = min(first + TURNS_AT_ONCE, history.turns) - 1
        async with database.transaction() as connection:
            locked = (await connection.execute(LOCK, {"workspace_id": history.workspace_id})).one()
            if locked.next_position != first + 1:
                message = "the workspace has turns of its own"
                raise StoreError(message)
            await connection.execute(SEED, values | {"first": first, "last": last})
        yield last + 1
    await database.call(ANALYZE)


def _bots(bots: Sequence[SeededBot]) -> str:
    return orjson.dumps([_fields(bot) for bot in bots]).decode()


def _fields(bot: SeededBot) -> dict[str, Any]:
    return {
        "bot_id": bot.bot_id,
        "name": bot.name,
        "model": bot.model,
        "provider": bot.provider,
        "provider_name": DISPLAY_NAMES.get(bot.provider, bot.provider),
        "wire_model": bot.wire_model,
        "key_id": bot.key_id,
        "key_version": 1 if bot.key_id else None,
        "is_deleted": bot.is_deleted,
    }
