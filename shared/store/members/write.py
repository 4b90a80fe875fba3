"""Add, change and remove members; the last owner of a workspace stays."""

from __future__ import annotations

from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.domain.actor import Actor
from shared.domain.roles import Role
from shared.store.audit.append import append_audit
from shared.store.audit.rows import AuditEntry
from shared.store.database import Database
from shared.store.workspaces.epoch import begin_change

INSERT = text(
    "INSERT INTO members (id, workspace_id, email, password_hash, role) "
    "VALUES (:member_id, :workspace_id, :email, :password_hash, :role) "
    "ON CONFLICT (email) WHERE removed_at IS NULL DO NOTHING RETURNING id",
)
FIND = text(
    "SELECT email, role FROM members WHERE id = :member_id AND workspace_id IS NOT DISTINCT FROM :workspace_id "
    "AND removed_at IS NULL FOR UPDATE",
)
OTHER_OWNERS = text(
    "SELECT 1 FROM members WHERE workspace_id = :workspace_id AND role = 'owner' AND removed_at IS NULL "
    "AND id <> :member_id LIMIT 1",
)
SET_ROLE = text("UPDATE members SET role = :role WHERE id = :member_id")
REMOVE = text("UPDATE members SET removed_at = now() WHERE id = :member_id")
SET_PASSWORD = text("UPDATE members SET password_hash = :password_hash WHERE id = :member_id")
END_SESSIONS = text(
    "UPDATE sessions SET ended_at = now() WHERE member_id = :member_id AND ended_at IS NULL",
)


class MemberChange(StrEnum):
    """What a change of a member answers."""

    DONE = "done"
    NOT_FOUND = "not_found"
    LAST_OWNER = "last_owner"


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
    """Let a person sign in; False when somebody signs in with this address already, wherever it is.

    An operator has no workspace, and no audit row.
    """
    values = {"member_id": member_id, "workspace_id": workspace_id, "email": email.lower(), "role": role}
    async with database.transaction() as connection:
        details = {"email": email.lower(), "role": role}
        await _begin(connection, workspace_id, actor, "member.add", member_id, details)
        added = (await connection.execute(INSERT, values | {"password_hash": password_hash})).one_or_none()
        if added is None:
            await connection.rollback()
        return added is not None


async def change_role(
    database: Database, *, workspace_id: UUID, member_id: UUID, role: Role, actor: Actor
) -> MemberChange:
    """Give a member another role; it holds from their next request on."""
    async with database.transaction() as connection:
        await _begin(connection, workspace_id, actor, "member.role", member_id, {"role": role})
        change = await _judge(connection, workspace_id, member_id, stays_owner=role is Role.OWNER)
        if change is MemberChange.DONE:
            await connection.execute(SET_ROLE, {"member_id": member_id, "role": role})
        return change


async def remove_member(
    database: Database, *, workspace_id: UUID | None, member_id: UUID, actor: Actor
) -> MemberChange:
    """Remove a member and end their sessions; the row stays for what the audit says of it."""
    async with database.transaction() as connection:
        await _begin(connection, workspace_id, actor, "member.remove", member_id, {})
        change = await _judge(connection, workspace_id, member_id, stays_owner=False)
        if change is MemberChange.DONE:
            await connection.execute(REMOVE, {"member_id": member_id})
            await connection.execute(END_SESSIONS, {"member_id": member_id})
        return change


async def set_password(
    database: Database,
    *,
    workspace_id: UUID | None,
    member_id: UUID,
    password_hash: str,
    actor: Actor,
) -> None:
    """Put another password in a member's old one's place, and end their sessions."""
    async with database.transaction() as connection:
        if workspace_id is not None:
            await append_audit(connection, AuditEntry(workspace_id, actor, "member.password", member_id))
        await connection.execute(SET_PASSWORD, {"member_id": member_id, "password_hash": password_hash})
        await connection.execute(END_SESSIONS, {"member_id": member_id})


async def _begin(
    connection: AsyncConnection,
    workspace_id: UUID | None,
    actor: Actor,
    action: str,
    member_id: UUID,
    details: dict[str, Any],
) -> None:
    """Lock the workspace, so that its owners cannot be removed side by side, and note who does what."""
    if workspace_id is not None:
        await begin_change(connection, workspace_id, actor=actor, action=action, target=member_id, details=details)


async def _judge(
    connection: AsyncConnection, workspace_id: UUID | None, member_id: UUID, *, stays_owner: bool
) -> MemberChange:
    """Tell whether the change may be; where it may not, nothing of it is kept."""
    values = {"workspace_id": workspace_id, "member_id": member_id}
    member = (await connection.execute(FIND, values)).one_or_none()
    if member is None:
        change = MemberChange.NOT_FOUND
    elif member.role == Role.OWNER and not stays_owner and not (await connection.execute(OTHER_OWNERS, values)).all():
        change = MemberChange.LAST_OWNER
    else:
        return MemberChange.DONE
    await connection.rollback()
    return change
