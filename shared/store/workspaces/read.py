"""Read workspaces and their quota."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from shared.domain.plans import Plan
from shared.store.database import Database
from shared.store.errors import StoreError
from shared.store.workspaces.rows import QuotaRow, WorkspaceRow

COLUMNS = """
    SELECT id, name, plan, epoch, slots, message_limit, in_flight, waiting, created_at, rate_per_minute,
        rate_burst, retention_days
    FROM workspaces JOIN workspace_counters ON workspace_id = id
"""
ALL = text(COLUMNS + "ORDER BY created_at")
ONE = text(COLUMNS + "WHERE id = :workspace_id")
NAMED = text(COLUMNS + "WHERE name = :name ORDER BY created_at")
QUOTA = text(
    "SELECT w.plan, c.message_limit, coalesce(q.used, 0) AS used FROM workspaces AS w "
    "JOIN workspace_counters AS c ON c.workspace_id = w.id "
    "LEFT JOIN quota AS q ON q.workspace_id = w.id AND q.month = :month WHERE w.id = :workspace_id",
)


async def list_workspaces(database: Database) -> list[WorkspaceRow]:
    """Return all workspaces, the oldest first."""
    return [_workspace(row) for row in await database.call(ALL)]


async def find_workspace(database: Database, workspace_id: UUID) -> WorkspaceRow | None:
    """Return a workspace, or None."""
    rows = await database.call(ONE, workspace_id=workspace_id)
    return _workspace(rows[0]) if rows else None


async def find_workspaces_named(database: Database, name: str) -> list[WorkspaceRow]:
    """Return the workspaces of that name."""
    return [_workspace(row) for row in await database.call(NAMED, name=name)]


async def read_quota(database: Database, *, workspace_id: UUID, month: date) -> QuotaRow:
    """Return what the workspace has used of its messages in that month (its first day).

    Raises:
        StoreError: there is no such workspace.

    """
    rows = await database.call(QUOTA, workspace_id=workspace_id, month=month)
    if not rows:
        message = "no such workspace"
        raise StoreError(message)
    return QuotaRow(plan=Plan(rows[0].plan), limit=rows[0].message_limit, used=rows[0].used)


def _workspace(row: Row[Any]) -> WorkspaceRow:
    return WorkspaceRow(
        workspace_id=row.id,
        name=row.name,
        plan=Plan(row.plan),
        epoch=row.epoch,
        slots=row.slots,
        message_limit=row.message_limit,
        in_flight=row.in_flight,
        waiting=row.waiting,
        created_at=row.created_at,
        rate_per_minute=row.rate_per_minute,
        rate_burst=row.rate_burst,
        retention_days=row.retention_days,
    )
