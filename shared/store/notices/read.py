"""Read notices with their deliveries."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from shared.domain.key_states import KeyState
from shared.domain.notices import Channel, DeliveryError, DeliveryStatus, NoticeKind
from shared.store.database import Database
from shared.store.notices.rows import DeliveryRow, KeyThen, NoticeRow

COLUMNS = (
    "id, workspace_id, kind, key_id, key_version, label, provider, mask, state, reason_code, reason, created_at "
    "FROM notices "
)
ONE = text(f"SELECT {COLUMNS} WHERE id = :notice_id")
PAGE = text(
    f"SELECT {COLUMNS} WHERE workspace_id = :workspace_id AND (CAST(:after AS uuid) IS NULL OR (created_at, id) < "
    "(SELECT created_at, id FROM notices WHERE workspace_id = :workspace_id AND id = :after)) "
    "ORDER BY created_at DESC, id DESC LIMIT :at_most",
)
DELIVERIES = text(
    "SELECT notice_id, channel, status, attempts, next_attempt_at, last_error, delivered_at FROM notice_deliveries "
    "WHERE notice_id = ANY (:notice_ids) ORDER BY notice_id, channel",
)
SINCE = text(
    "SELECT DISTINCT ON (key_id) key_id, kind, created_at FROM notices "
    "WHERE key_id = ANY (:key_ids) ORDER BY key_id, verdict_seq DESC",
)


async def find_notice(database: Database, notice_id: UUID) -> NoticeRow | None:
    """Return a notice, or None."""
    rows = await database.call(ONE, notice_id=notice_id)
    return (await _with_deliveries(database, rows))[0] if rows else None


async def list_notices(
    database: Database, *, workspace_id: UUID, limit: int, after: UUID | None = None
) -> list[NoticeRow]:
    """Return the workspace's notices, the newest first, those older than `after` when given."""
    rows = await database.call(PAGE, workspace_id=workspace_id, after=after, at_most=limit)
    return await _with_deliveries(database, rows)


async def unusable_since(database: Database, key_ids: list[UUID]) -> dict[UUID, datetime]:
    """Return when each key became unusable, for those that the workspace was told of and that have not recovered."""
    rows = await database.call(SINCE, key_ids=key_ids)
    return {row.key_id: row.created_at for row in rows if row.kind == NoticeKind.KEY_UNUSABLE}


async def _with_deliveries(database: Database, rows: Any) -> list[NoticeRow]:
    found = await database.call(DELIVERIES, notice_ids=[row.id for row in rows])
    return [_notice(row, tuple(_delivery(each) for each in found if each.notice_id == row.id)) for row in rows]


def _notice(row: Row[Any], deliveries: tuple[DeliveryRow, ...]) -> NoticeRow:
    return NoticeRow(
        notice_id=row.id,
        workspace_id=row.workspace_id,
        kind=NoticeKind(row.kind),
        key=None if row.key_id is None else _key(row),
        created_at=row.created_at,
        deliveries=deliveries,
    )


def _key(row: Row[Any]) -> KeyThen:
    return KeyThen(
        key_id=row.key_id,
        version=row.key_version,
        label=row.label,
        provider=row.provider,
        mask=row.mask,
        state=KeyState(row.state),
        reason_code=row.reason_code,
        reason=row.reason,
    )


def _delivery(row: Row[Any]) -> DeliveryRow:
    return DeliveryRow(
        channel=Channel(row.channel),
        status=DeliveryStatus(row.status),
        attempts=row.attempts,
        next_attempt_at=row.next_attempt_at,
        last_error=None if row.last_error is None else DeliveryError(row.last_error),
        delivered_at=row.delivered_at,
    )
