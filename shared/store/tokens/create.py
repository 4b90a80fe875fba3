"""Make a token."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.domain.actor import Actor
from shared.store.database import Database
from shared.store.tokens.rows import NewToken
from shared.store.workspaces.epoch import begin_change

INSERT = text(
    "INSERT INTO tokens (id, workspace_id, kind, bot_id, name, token_hash, last_four) "
    "VALUES (:token_id, :workspace_id, :kind, :bot_id, :name, :token_hash, :last_four)",
)


async def create_token(database: Database, token: NewToken, *, actor: Actor) -> None:
    """Keep the hash of a new token; its text was shown once and is nowhere."""
    async with database.transaction() as connection:
        details = {"kind": token.kind, "name": token.name, "bot_id": token.bot_id}
        await begin_change(
            connection, token.workspace_id, actor=actor, action="token.create", target=token.token_id, details=details
        )
        await insert_token(connection, token)


async def insert_token(connection: AsyncConnection, token: NewToken) -> None:
    """Write the row inside somebody else's transaction."""
    values = {
        "token_id": token.token_id,
        "workspace_id": token.workspace_id,
        "kind": token.kind,
        "bot_id": token.bot_id,
        "name": token.name,
        "token_hash": token.token_hash,
        "last_four": token.last_four,
    }
    await connection.execute(INSERT, values)
