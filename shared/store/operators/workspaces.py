"""All workspaces by name, a page at a time."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from shared.domain.plans import Plan
from shared.store.database import Database
from shared.store.operators.rows import WorkspaceOverview

BEHIND_ALL = "\U0010ffff"
"""Behind every other character: `prefix` and `prefix + BEHIND_ALL` enclose the names that begin with the prefix."""
# chosen first, so that quota and keys are looked up for the page's rows alone
PAGE = text(
    'WITH page AS (SELECT id, name, plan, lower(name) COLLATE "C" AS place FROM workspaces '
    'WHERE (lower(name) COLLATE "C", id) > (:after_name, CAST(:after_id AS uuid)) '
    'AND lower(name) COLLATE "C" >= :first AND lower(name) COLLATE "C" <= :last '
    'ORDER BY lower(name) COLLATE "C", id LIMIT :at_most) '
    "SELECT w.id, w.name, w.plan, c.slots, c.in_flight, c.waiting, c.message_limit, coalesce(q.used, 0) AS used, "
    "(SELECT count(*) FROM provider_keys AS k WHERE k.workspace_id = w.id AND k.deleted_at IS NULL "
    "AND k.state NOT IN ('active', 'disabled')) AS keys_in_trouble "
    "FROM page AS w JOIN workspace_counters AS c ON c.workspace_id = w.id "
    "LEFT JOIN quota AS q ON q.workspace_id = w.id AND q.month = :month ORDER BY w.place, w.id",
)
BEFORE_ALL = UUID(int=0)


async def list_workspaces_named(
    database: Database, prefix: str, *, month: date, limit: int, after: tuple[str, UUID] = ("", BEFORE_ALL)
) -> list[WorkspaceOverview]:
    """Return workspaces whose name begins so, capitals aside, by name; those behind `after` (a name and its id)."""
    first = prefix.lower()
    rows = await database.call(
        PAGE,
        first=first,
        last=first + BEHIND_ALL,
        after_name=after[0].lower(),
        after_id=after[1],
        month=month,
        at_most=limit,
    )
    return [_overview(row) for row in rows]


def _overview(row: Row[Any]) -> WorkspaceOverview:
    return WorkspaceOverview(
        workspace_id=row.id,
        name=row.name,
        plan=Plan(row.plan),
        slots=row.slots,
        in_flight=row.in_flight,
        waiting=row.waiting,
        used=row.used,
        message_limit=row.message_limit,
        keys_in_trouble=row.keys_in_trouble,
    )
