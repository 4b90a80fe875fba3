"""Read provider keys."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from shared.domain.key_states import KeyState
from shared.store.database import Database
from shared.store.keys.rows import KeyAddress, KeyRow, Standing

KEY_COLUMNS = """
    id, workspace_id, provider, label, mask, sealed, version, verdict_seq, state, reason_code, reason, provider_status,
    provider_code, provider_request_id, models, region, organization, project, anthropic_workspace_id, is_default,
    checked_at, last_used_at, created_at, rotated_at, suspect_since, suspect_model, suspect_error, calm_until,
    deleted_at, blocked_models, recheck_seconds
"""
LIST = text(
    f"SELECT {KEY_COLUMNS} FROM provider_keys "
    "WHERE workspace_id = :workspace_id AND deleted_at IS NULL ORDER BY created_at, id",
)
ONE = text(
    f"SELECT {KEY_COLUMNS} FROM provider_keys "
    "WHERE workspace_id = :workspace_id AND id = :key_id AND deleted_at IS NULL",
)
BY_ID = text(f"SELECT {KEY_COLUMNS} FROM provider_keys WHERE id = :key_id AND deleted_at IS NULL")


async def list_keys(database: Database, workspace_id: UUID) -> list[KeyRow]:
    """Return the workspace's keys, the oldest first; deleted ones are gone."""
    return [key_of(row) for row in await database.call(LIST, workspace_id=workspace_id)]


async def find_key(database: Database, *, workspace_id: UUID, key_id: UUID) -> KeyRow | None:
    """Return a key of this workspace, or None."""
    rows = await database.call(ONE, workspace_id=workspace_id, key_id=key_id)
    return key_of(rows[0]) if rows else None


async def find_key_by_id(database: Database, key_id: UUID) -> KeyRow | None:
    """Return a key whose workspace the caller does not know (a validator's event), or None."""
    rows = await database.call(BY_ID, key_id=key_id)
    return key_of(rows[0]) if rows else None


def key_of(row: Row[Any]) -> KeyRow:
    """Return the key that a row of KEY_COLUMNS holds."""
    return KeyRow(
        key_id=row.id,
        workspace_id=row.workspace_id,
        provider=row.provider,
        label=row.label,
        mask=row.mask,
        sealed=row.sealed,
        version=row.version,
        verdict_seq=row.verdict_seq,
        standing=_standing(row),
        address=KeyAddress(row.region, row.organization, row.project, row.anthropic_workspace_id),
        is_default=row.is_default,
        checked_at=row.checked_at,
        last_used_at=row.last_used_at,
        created_at=row.created_at,
        rotated_at=row.rotated_at,
        suspect_since=row.suspect_since,
        suspect_model=row.suspect_model,
        suspect_error=row.suspect_error,
        calm_until=row.calm_until,
        deleted_at=row.deleted_at,
    )


def _standing(row: Row[Any]) -> Standing:
    return Standing(
        state=KeyState(row.state),
        reason_code=row.reason_code,
        reason=row.reason,
        provider_status=row.provider_status,
        provider_code=row.provider_code,
        provider_request_id=row.provider_request_id,
        models=None if row.models is None else tuple(row.models),
        blocked=row.blocked_models,
        recheck_seconds=row.recheck_seconds,
    )
