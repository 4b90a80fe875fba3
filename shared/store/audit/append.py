"""Write into the audit: inside the transaction of a change, or alone for an attempt that was refused."""

from __future__ import annotations

from typing import Any

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.store.audit.rows import AuditEntry
from shared.store.database import Database

APPEND = text(
    "INSERT INTO audit (workspace_id, actor, source, action, target, details, fingerprint_before, fingerprint_after) "
    "VALUES (:workspace_id, :actor, :source, :action, :target, CAST(:details AS jsonb), :before, :after)",
)


async def append_audit(connection: AsyncConnection, entry: AuditEntry) -> None:
    """Note a change inside its own transaction: both are there, or neither."""
    await connection.execute(APPEND, _values(entry))


async def append_refusal(database: Database, entry: AuditEntry) -> None:
    """Note an attempt that was refused: it changed nothing, so its row is the whole transaction."""
    await database.call(APPEND, **_values(entry))


def _values(entry: AuditEntry) -> dict[str, Any]:
    return {
        "workspace_id": entry.workspace_id,
        "actor": entry.actor.name,
        "source": entry.actor.source,
        "action": entry.action,
        "target": str(entry.target),
        "details": orjson.dumps(entry.details, default=str).decode(),
        "before": entry.fingerprints.before,
        "after": entry.fingerprints.after,
    }
