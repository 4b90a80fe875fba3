"""Read the audit: who changed what, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from shared.store.database import Database

LIST = text(
    "SELECT id, actor, action, target, details, at FROM audit WHERE workspace_id = :workspace_id "
    "AND (CAST(:before_id AS bigint) IS NULL OR id < :before_id) ORDER BY id DESC LIMIT :at_most",
)


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One change of a workspace's configuration."""

    id: int
    actor: str
    action: str
    target: str
    details: dict[str, Any]
    at: datetime


async def list_audit(
    database: Database,
    *,
    workspace_id: UUID,
    limit: int,
    before_id: int | None = None,
) -> list[AuditRow]:
    """Return changes, the newest first, older than `before_id` when given."""
    rows = await database.call(LIST, workspace_id=workspace_id, before_id=before_id, at_most=limit)
    return [AuditRow(row.id, row.actor, row.action, row.target, row.details, row.at) for row in rows]
