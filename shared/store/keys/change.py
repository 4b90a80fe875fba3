"""Change what a workspace says of its keys: label, default, disabled."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.domain.actor import Actor
from shared.domain.key_states import KeyState
from shared.store.audit.append import append_audit
from shared.store.audit.rows import AuditEntry, Fingerprints
from shared.store.database import Database
from shared.store.keys.read import key_of
from shared.store.keys.rows import ChangeRefusal, ChangeResult, KeyRow
from shared.store.keys.write import LOCK, release_turns
from shared.store.workspaces.epoch import start_epoch

LABEL = text("UPDATE provider_keys SET label = :label WHERE id = :key_id")
NO_DEFAULT = text(
    "UPDATE provider_keys SET is_default = false "
    "WHERE workspace_id = :workspace_id AND provider = :provider AND is_default AND deleted_at IS NULL",
)
DEFAULT = text("UPDATE provider_keys SET is_default = true WHERE id = :key_id")
STATE = text(
    "UPDATE provider_keys SET state = :state, verdict_seq = verdict_seq + 1, reason_code = NULL, reason = :reason, "
    "suspect_since = CASE WHEN :state = 'suspect' THEN now() END, rung_at = CASE WHEN :state = 'suspect' "
    "THEN now() END, suspect_model = NULL, suspect_error = NULL, calm_until = NULL, calm_seconds = 0, "
    "calm_error = NULL, recheck_at = NULL, live_probe_at = NULL WHERE id = :key_id",
)
DISABLED_REASON = "Disabled by a person of the workspace."


async def patch_key(
    database: Database,
    *,
    workspace_id: UUID,
    key_id: UUID,
    label: str | None,
    default: bool | None,
    disabled: bool | None,
    actor: Actor,
) -> ChangeResult | ChangeRefusal:
    """Rename, make default, disable or enable a key; what is None stays.

    An enabled key is suspect until a probe has spoken. A disabled key is not made the default: every bot without a
    key of its own would stand still. What is as it was is no change: without any other, nothing is written.
    """
    where = {"workspace_id": workspace_id, "key_id": key_id}
    async with database.transaction() as connection:
        await start_epoch(connection, workspace_id)
        found = (await connection.execute(LOCK, where)).one_or_none()
        refusal = _why_unchanged(found, default=default, disabled=disabled)
        if refusal is not None:
            await connection.rollback()
            return refusal
        assert found is not None
        details = _differing(key_of(found), label=label, default=default, disabled=disabled)
        if not details:
            await connection.rollback()
            return ChangeResult(key_of(found), ())
        prints = Fingerprints(found.fingerprint, found.fingerprint)
        await append_audit(connection, AuditEntry(workspace_id, actor, "key.update", key_id, details, prints))
        if label is not None:
            await connection.execute(LABEL, {"key_id": key_id, "label": label})
        if default:
            await connection.execute(NO_DEFAULT, {"workspace_id": workspace_id, "provider": found.provider})
            await connection.execute(DEFAULT, {"key_id": key_id})
        promoted = await _switch(connection, key_of(found), disabled)
        return ChangeResult(key_of((await connection.execute(LOCK, where)).one()), promoted)


def _why_unchanged(found: Row[Any] | None, *, default: bool | None, disabled: bool | None) -> ChangeRefusal | None:
    if found is None:
        return ChangeRefusal.NOT_FOUND
    will_be_disabled = found.state == KeyState.DISABLED if disabled is None else disabled
    return ChangeRefusal.DEFAULT_DISABLED if default and will_be_disabled else None


def _differing(key: KeyRow, *, label: str | None, default: bool | None, disabled: bool | None) -> dict[str, Any]:
    """Return what is asked for that the key is not yet; that a key is no default is nothing that can be asked for."""
    now = {"label": key.label, "default": key.is_default, "disabled": key.state is KeyState.DISABLED}
    wanted = {"label": label, "default": default or None, "disabled": disabled}
    return {name: value for name, value in wanted.items() if value is not None and value != now[name]}


async def _switch(connection: AsyncConnection, key: KeyRow, disabled: bool | None) -> tuple[UUID, ...]:
    if disabled is True and key.state is not KeyState.DISABLED:
        values: dict[str, Any] = {"state": KeyState.DISABLED, "reason": DISABLED_REASON}
    elif disabled is False and key.state is KeyState.DISABLED:
        values = {"state": KeyState.SUSPECT, "reason": None}
    else:
        return ()
    await connection.execute(STATE, values | {"key_id": key.key_id})
    return await release_turns(connection, {"workspace_id": key.workspace_id, "key_id": key.key_id})
