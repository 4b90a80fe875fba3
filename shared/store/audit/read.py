"""Read the audit: who changed what, when and from where."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from shared.store.audit.rows import AuditRow
from shared.store.database import Database

COLUMNS = "id, actor, source, action, target, details, fingerprint_before, fingerprint_after, at"


async def list_audit(
    database: Database,
    *,
    workspace_id: UUID,
    limit: int,
    before_id: int | None = None,
    target: str | None = None,
    action: str | None = None,
) -> list[AuditRow]:
    """Return entries, the newest first; those older than `before_id`, of one target, of one action when given."""
    values = {"before_id": before_id, "target": target, "action": action}
    conditions = {"before_id": "id < :before_id", "target": "target = :target", "action": "action = :action"}
    asked = {name: value for name, value in values.items() if value is not None}
    where = " AND ".join(["workspace_id = :workspace_id", *(conditions[name] for name in asked)])
    # a statement for each combination: every one of them has its index
    statement = text(f"SELECT {COLUMNS} FROM audit WHERE {where} ORDER BY id DESC LIMIT :at_most")
    rows = await database.call(statement, workspace_id=workspace_id, at_most=limit, **asked)
    return [_entry(row) for row in rows]


def _entry(row: Row[Any]) -> AuditRow:
    return AuditRow(
        id=row.id,
        actor=row.actor,
        source=row.source,
        action=row.action,
        target=row.target,
        details=row.details,
        fingerprint_before=_hex(row.fingerprint_before),
        fingerprint_after=_hex(row.fingerprint_after),
        at=row.at,
    )


def _hex(fingerprint: bytes | None) -> str | None:
    return None if fingerprint is None else fingerprint.hex()
