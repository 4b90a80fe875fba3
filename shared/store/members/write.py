"""Add members."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import text

from shared.domain.actor import Actor
from shared.domain.roles import Role
from shared.store.audit.append import append_audit
from shared.store.audit.rows import AuditEntry
from shared.store.database import Database

ADD = text(
    "INSERT INTO members (id, workspace_id, email, password_hash, role) "
    "VALUES (:member_id, :workspace_id, :email, :password_hash, :role) "
    "ON CONFLICT (email) WHERE removed_at IS NULL DO NOTHING RETURNING id",
)


async def add_member(
    database: Database,
    *,
    member_id: UUID,
    workspace_id: UUID | None,
    email: str,
    password_hash: str,
    role: Role,
    actor: Actor,
) -> bool:
    """Add a person who may sign in; False when the address is taken. An operator has no workspace, and no audit row."""
    values = {"member_id": member_id, "workspace_id": workspace_id, "email": email.lower(), "role": role}
    async with database.transaction() as connection:
        if (await connection.execute(ADD, values | {"password_hash": password_hash})).one_or_none() is None:
            return False
        if workspace_id is not None:
            details = {"email": email.lower(), "role": role}
            await append_audit(connection, AuditEntry(workspace_id, actor, "member.add", member_id, details))
    return True
