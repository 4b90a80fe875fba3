"""Open, find and end sessions."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from shared.domain.plans import Plan
from shared.domain.roles import Role
from shared.store.database import Database
from shared.store.sessions.rows import SessionRow

OPEN = text("INSERT INTO sessions (cookie_hash, member_id, token_id) VALUES (:cookie_hash, :member_id, :token_id)")
FORGET = text("DELETE FROM sessions WHERE created_at < now() - make_interval(secs => :seconds)")
FIND = text(
    "WITH seen AS (UPDATE sessions SET last_seen_at = now() WHERE cookie_hash = :cookie_hash AND ended_at IS NULL "
    "AND created_at > now() - make_interval(secs => :whole_life) "
    "AND last_seen_at > now() - make_interval(secs => :idle_life) "
    "AND last_seen_at < now() - interval '1 minute') "
    "SELECT m.id AS member_id, m.email, m.role, t.id AS token_id, t.name AS token_name, w.id AS workspace_id, "
    "w.name AS workspace_name, w.plan FROM sessions AS s LEFT JOIN members AS m ON m.id = s.member_id "
    "LEFT JOIN tokens AS t ON t.id = s.token_id "
    "LEFT JOIN workspaces AS w ON w.id = coalesce(m.workspace_id, t.workspace_id) "
    "WHERE s.cookie_hash = :cookie_hash AND s.ended_at IS NULL "
    "AND s.created_at > now() - make_interval(secs => :whole_life) "
    "AND s.last_seen_at > now() - make_interval(secs => :idle_life) "
    "AND (m.id IS NULL OR m.removed_at IS NULL) AND (t.id IS NULL OR t.revoked_at IS NULL)",
)
END = text("UPDATE sessions SET ended_at = now() WHERE cookie_hash = :cookie_hash AND ended_at IS NULL")


async def open_session(
    database: Database,
    *,
    cookie_hash: bytes,
    keep_seconds: float,
    member_id: UUID | None = None,
    token_id: UUID | None = None,
) -> None:
    """Keep a new session of a member or of an admin token, and forget those that are too old to hold."""
    await database.call(OPEN, cookie_hash=cookie_hash, member_id=member_id, token_id=token_id)
    await database.call(FORGET, seconds=keep_seconds)


async def find_session(
    database: Database, cookie_hash: bytes, *, whole_life_seconds: float, idle_life_seconds: float
) -> SessionRow | None:
    """Return the session, or None: unknown, ended, too old, idle for too long, its member or token is gone."""
    rows = await database.call(
        FIND, cookie_hash=cookie_hash, whole_life=whole_life_seconds, idle_life=idle_life_seconds
    )
    return _session(rows[0]) if rows else None


async def end_session(database: Database, cookie_hash: bytes) -> None:
    """End one session; ending it again changes nothing."""
    await database.call(END, cookie_hash=cookie_hash)


def _session(row: Row[Any]) -> SessionRow:
    return SessionRow(
        name=row.email or row.token_name or "admin token",
        role=Role(row.role) if row.role else Role.ADMIN,
        member_id=row.member_id,
        token_id=row.token_id,
        workspace_id=row.workspace_id,
        workspace_name=row.workspace_name,
        plan=Plan(row.plan) if row.plan else None,
    )
