"""Where a workspace wants to be told: read and change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from shared.domain.actor import Actor
from shared.store.database import Database
from shared.store.notices.rows import NoticeSettings
from shared.store.workspaces.epoch import begin_change

READ = text("SELECT webhook_url, webhook_secret, email FROM notice_settings WHERE workspace_id = :workspace_id")
WRITE = text(
    "INSERT INTO notice_settings (workspace_id, webhook_url, webhook_secret, email) "
    "VALUES (:workspace_id, :webhook_url, :webhook_secret, :email) ON CONFLICT (workspace_id) DO UPDATE "
    "SET webhook_url = excluded.webhook_url, webhook_secret = excluded.webhook_secret, email = excluded.email",
)


async def read_notice_settings(database: Database, workspace_id: UUID) -> NoticeSettings:
    """Return where the workspace wants to be told; nowhere, until somebody has said so."""
    rows = await database.call(READ, workspace_id=workspace_id)
    return _settings(rows[0] if rows else None)


async def change_notice_settings(
    database: Database,
    change: Callable[[NoticeSettings], NoticeSettings],
    *,
    workspace_id: UUID,
    actor: Actor,
    details: dict[str, Any],
) -> NoticeSettings:
    """Put what `change` makes of the settings in their place; return it. What `change` raises leaves all as it was.

    When it makes the same of them, nothing is written.

    `details` go into the audit: what was asked for, no secret.
    """
    async with database.transaction() as connection:
        await begin_change(
            connection, workspace_id, actor=actor, action="notices.settings", target=workspace_id, details=details
        )
        row = (await connection.execute(READ, {"workspace_id": workspace_id})).one_or_none()
        settings = change(_settings(row))
        if settings == _settings(row):
            await connection.rollback()
            return settings
        values = {"webhook_url": settings.webhook_url, "webhook_secret": settings.sealed_secret}
        await connection.execute(WRITE, values | {"workspace_id": workspace_id, "email": settings.email})
        return settings


def _settings(row: Row[Any] | None) -> NoticeSettings:
    if row is None:
        return NoticeSettings()
    return NoticeSettings(webhook_url=row.webhook_url, email=row.email, sealed_secret=row.webhook_secret)
