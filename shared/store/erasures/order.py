"""Order the erasure of an end user's conversations; the sweeper carries it out."""

from __future__ import annotations

import hashlib
from uuid import UUID

from sqlalchemy import text

from shared.domain.actor import Actor
from shared.store.audit.append import append_audit
from shared.store.audit.rows import AuditEntry
from shared.store.database import Database
from shared.store.erasures.rows import Erasure

INSERT = text(
    "INSERT INTO erasures (workspace_id, end_user, audited_as) VALUES (:workspace_id, :end_user, :audited_as) "
    "ON CONFLICT DO NOTHING"
)
NAMED = text(
    "SELECT EXISTS (SELECT 1 FROM turns AS t JOIN bots AS b ON b.id = t.bot_id "
    "WHERE b.workspace_id = :workspace_id AND t.end_user = :end_user) AS is_named"
)
PENDING = text(
    "SELECT workspace_id, end_user, asked_at, erased_turns FROM erasures WHERE workspace_id = :workspace_id "
    "ORDER BY asked_at, end_user"
)


async def order_erasure(database: Database, *, workspace_id: UUID, end_user: str, actor: Actor) -> bool:
    """Have all conversations of this end user erased; an order that is under way already is the same order.

    Return whether a turn names the end user at present: the order stands in either case.
    """
    audited_as = audited_user(end_user)
    values = {"workspace_id": workspace_id, "end_user": end_user, "audited_as": audited_as}
    async with database.transaction() as connection:
        await append_audit(connection, AuditEntry(workspace_id, actor, "user.erase", audited_as))
        await connection.execute(INSERT, values)
        named = await connection.execute(NAMED, {"workspace_id": workspace_id, "end_user": end_user})
        return bool(named.scalar_one())


async def list_erasures(database: Database, workspace_id: UUID) -> list[Erasure]:
    """Return the erasures that are not over, the oldest first."""
    rows = await database.call(PENDING, workspace_id=workspace_id)
    return [Erasure(row.workspace_id, row.end_user, row.asked_at, row.erased_turns) for row in rows]


def audited_user(end_user: str) -> str:
    """Return how the audit, which nothing erases, names an end user: who knows the name finds the entry."""
    return f"sha256:{hashlib.sha256(end_user.encode()).hexdigest()}"
