"""Make, change and delete bots."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.domain.actor import Actor
from shared.store.answers.drop import drop_answers_of
from shared.store.audit.append import append_audit
from shared.store.audit.rows import AuditEntry
from shared.store.bots.read import BOT_COLUMNS, LIMIT_COLUMNS, LIMIT_NAMES, bot_of
from shared.store.bots.rows import BotRow, NewBot
from shared.store.database import Database
from shared.store.tokens.create import insert_token
from shared.store.tokens.rows import NewToken
from shared.store.workspaces.differing import differing_of
from shared.store.workspaces.epoch import begin_change, start_epoch

INSERT = text(
    f"INSERT INTO bots (id, workspace_id, name, model, system_prompt, key_id, language, {LIMIT_COLUMNS}) VALUES (:bot_id, "
    f":workspace_id, :name, :model, :system_prompt, :key_id, :language, {', '.join(f':{name}' for name in LIMIT_NAMES)})",
)
# not FOR UPDATE: whoever writes the bot's documents refers to its row and takes the counters after it
LOCK = text(
    f"SELECT {BOT_COLUMNS} FROM bots "
    "WHERE workspace_id = :workspace_id AND id = :bot_id AND deleted_at IS NULL FOR NO KEY UPDATE",
)
CHANGEABLE = ("name", "model", "system_prompt", "key_id", "language", *LIMIT_NAMES)
UPDATE = text(
    f"UPDATE bots SET {', '.join(f'{name} = :{name}' for name in CHANGEABLE)} "
    f"WHERE id = :bot_id RETURNING {BOT_COLUMNS}",
)
DELETE = text(
    "UPDATE bots SET deleted_at = now() WHERE workspace_id = :workspace_id AND id = :bot_id AND deleted_at IS NULL",
)
# before the counters: the sweeper holds the row while it indexes
LOCK_REINDEXING = text("SELECT 1 FROM reindexing WHERE bot_id = :bot_id FOR UPDATE")
# from the first document on, also where an earlier change is still under way
REINDEX = text(
    "INSERT INTO reindexing (bot_id, after) VALUES (:bot_id, '00000000-0000-0000-0000-000000000000') "
    "ON CONFLICT (bot_id) DO UPDATE SET after = excluded.after, finished_at = NULL",
)
REVOKE = text("UPDATE tokens SET revoked_at = now() WHERE bot_id = :bot_id AND revoked_at IS NULL")


async def create_bot(database: Database, bot: NewBot, *, actor: Actor, token: NewToken | None = None) -> None:
    """Make a bot, and its first token with it when one is given: one commit, one entry in the audit."""
    values = {
        "bot_id": bot.bot_id,
        "workspace_id": bot.workspace_id,
        "name": bot.name,
        "model": bot.model,
        "system_prompt": bot.system_prompt,
        "key_id": bot.key_id,
        "language": bot.language,
        **{name: getattr(bot, name) for name in LIMIT_NAMES},
    }
    async with database.transaction() as connection:
        details = {"name": bot.name, "model": bot.model, "key_id": bot.key_id}
        if token is not None:
            details["token_id"] = token.token_id
        await begin_change(
            connection, bot.workspace_id, actor=actor, action="bot.create", target=bot.bot_id, details=details
        )
        await connection.execute(INSERT, values)
        if token is not None:
            await insert_token(connection, token)


async def update_bot(
    database: Database,
    change: Callable[[BotRow], Mapping[str, Any]],
    *,
    workspace_id: UUID,
    bot_id: UUID,
    actor: Actor,
    may_reindex: bool = False,
) -> BotRow | None:
    """Change what CHANGEABLE names; return the bot as it is now, None when there is none.

    `change` is given the bot as it stands, locked, and returns what becomes of it; what it raises leaves all as it
    was. Only with `may_reindex` may that be another language. What is as it was is no change: without any other,
    nothing is written.
    """
    async with database.transaction() as connection:
        if may_reindex:
            await connection.execute(LOCK_REINDEXING, {"bot_id": bot_id})
        await start_epoch(connection, workspace_id)
        found = (await connection.execute(LOCK, {"workspace_id": workspace_id, "bot_id": bot_id})).one_or_none()
        if found is None:
            await connection.rollback()
            return None
        changes = change(bot_of(found))
        differing = differing_of(found, {name: changes[name] for name in CHANGEABLE if name in changes})
        if not differing:
            await connection.rollback()
            return bot_of(found)
        await append_audit(connection, AuditEntry(workspace_id, actor, "bot.update", bot_id, _audited(differing)))
        return await _write(connection, bot_of(found), differing)


async def _write(connection: AsyncConnection, before: BotRow, differing: Mapping[str, Any]) -> BotRow:
    """Write what differs; in another language documents are indexed anew, and answers are not kept longer than asked."""
    bot_id, values = before.bot_id, {name: differing.get(name, getattr(before, name)) for name in CHANGEABLE}
    if "language" in differing:
        await connection.execute(REINDEX, {"bot_id": bot_id})
    if "language" in differing or not values["cache_seconds"]:
        await drop_answers_of(connection, workspace_id=before.workspace_id, bot_id=bot_id)
    return bot_of((await connection.execute(UPDATE, values | {"bot_id": bot_id})).one())


def _audited(changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the audit keeps of a change: of a prompt only that it changed."""
    return {**changes, **({"system_prompt": "changed"} if "system_prompt" in changes else {})}


async def delete_bot(database: Database, *, workspace_id: UUID, bot_id: UUID, actor: Actor) -> bool:
    """Delete a bot with its kept answers and revoke its tokens; its turns and usage stay. False when there is none."""
    async with database.transaction() as connection:
        await begin_change(connection, workspace_id, actor=actor, action="bot.delete", target=bot_id)
        deleted = await connection.execute(DELETE, {"workspace_id": workspace_id, "bot_id": bot_id})
        if deleted.rowcount == 0:
            await connection.rollback()
            return False
        await connection.execute(REVOKE, {"bot_id": bot_id})
        await drop_answers_of(connection, workspace_id=workspace_id, bot_id=bot_id)
        return True
