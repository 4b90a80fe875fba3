"""Keep, replace, change and destroy provider keys."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.domain.actor import Actor
from shared.domain.key_states import KeyState
from shared.store.audit.append import append_audit
from shared.store.audit.rows import AuditEntry, Fingerprints
from shared.store.bots.read import BOT_COLUMNS, bot_of
from shared.store.database import Database
from shared.store.keys.read import KEY_COLUMNS, key_of
from shared.store.keys.rows import ChangeResult, DeletionResult, KeyRow, NewKey, Rotation, RotationResult
from shared.store.keys.standing_values import standing_values
from shared.store.workspaces.epoch import start_epoch

INSERT = text(
    "INSERT INTO provider_keys (id, workspace_id, provider, label, mask, sealed, fingerprint, state, reason_code, "
    "reason, provider_status, provider_code, provider_request_id, models, blocked_models, recheck_seconds, recheck_at, "
    "region, organization, project, anthropic_workspace_id, is_default, checked_at) VALUES (:key_id, :workspace_id, "
    ":provider, :label, :mask, :sealed, :fingerprint, :state, :reason_code, :reason, :provider_status, "
    ":provider_code, :provider_request_id, :models, CAST(:blocked AS jsonb), :recheck_seconds, "
    "now() + make_interval(secs => :recheck_seconds), "
    ":region, :organization, :project, :anthropic_workspace_id, NOT EXISTS (SELECT 1 FROM provider_keys "
    "WHERE workspace_id = :workspace_id AND provider = :provider AND is_default AND deleted_at IS NULL), now())",
)
LOCK = text(
    f"SELECT {KEY_COLUMNS}, fingerprint FROM provider_keys "
    "WHERE workspace_id = :workspace_id AND id = :key_id AND deleted_at IS NULL FOR UPDATE",
)
ROTATE = text(
    "UPDATE provider_keys SET version = version + 1, verdict_seq = verdict_seq + 1, mask = :mask, sealed = :sealed, "
    "fingerprint = :fingerprint, "
    # what a person switched off, a new text does not switch on
    "state = CASE state WHEN 'disabled' THEN state ELSE :state END, "
    "reason = CASE state WHEN 'disabled' THEN reason ELSE :reason END, "
    "recheck_at = CASE WHEN state <> 'disabled' THEN now() + make_interval(secs => :recheck_seconds) END, "
    "reason_code = :reason_code, provider_status = :provider_status, provider_code = :provider_code, "
    "provider_request_id = :provider_request_id, models = :models, blocked_models = CAST(:blocked AS jsonb), "
    "recheck_seconds = :recheck_seconds, rotated_at = now(), checked_at = now(), suspect_since = NULL, suspect_model = NULL, suspect_error = NULL, "
    "rung_at = NULL, calm_until = NULL, calm_seconds = 0, calm_error = NULL "
    "WHERE id = :key_id RETURNING version",
)
RELEASE_TURNS = text("SELECT release_all_for_key(:key_id, :workspace_id, false)")
"""Whoever waits for this key goes on at once: on its new text, or to the failure that it is now."""
LOCK_COUNTERS = text("SELECT 1 FROM workspace_counters WHERE workspace_id = :workspace_id FOR UPDATE")
NOTE = text("SELECT note_key_change(:key_id)")
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
DELETE = text(
    "UPDATE provider_keys SET deleted_at = now(), sealed = NULL, fingerprint = NULL, is_default = false "
    "WHERE id = :key_id",
)
BOTS = text(
    f"SELECT {BOT_COLUMNS} FROM bots WHERE workspace_id = :workspace_id AND deleted_at IS NULL ORDER BY created_at, id",
)
DISABLED_REASON = "Disabled by a person of the workspace."


async def insert_key(database: Database, key: NewKey, *, actor: Actor) -> None:
    """Keep a key; the first of its provider becomes the workspace's default."""
    values = {
        "key_id": key.key_id,
        "workspace_id": key.workspace_id,
        "provider": key.provider,
        "label": key.label,
        "mask": key.mask,
        "sealed": key.sealed,
        "fingerprint": key.fingerprint,
        "region": key.address.region,
        "organization": key.address.organization,
        "project": key.address.project,
        "anthropic_workspace_id": key.address.anthropic_workspace_id,
        **standing_values(key.standing),
    }
    async with database.transaction() as connection:
        await start_epoch(connection, key.workspace_id)
        details = {"provider": key.provider, "label": key.label, "mask": key.mask}
        prints = Fingerprints(after=key.fingerprint)
        entry = AuditEntry(key.workspace_id, actor, "key.create", key.key_id, details, prints)
        await append_audit(connection, entry)
        await connection.execute(INSERT, values)


async def rotate_key(database: Database, rotation: Rotation, *, actor: Actor) -> RotationResult | None:
    """Put a new text in the key's place; None when it is gone or not of the expected version."""
    where = {"workspace_id": rotation.workspace_id, "key_id": rotation.key_id}
    async with database.transaction() as connection:
        await start_epoch(connection, rotation.workspace_id)
        found = (await connection.execute(LOCK, where)).one_or_none()
        if found is None or rotation.expected_version not in (None, found.version):
            await connection.rollback()
            return None
        values = {"key_id": rotation.key_id, "mask": rotation.mask, "sealed": rotation.sealed}
        values |= {"fingerprint": rotation.fingerprint, **standing_values(rotation.standing)}
        version: int = (await connection.execute(ROTATE, values)).scalar_one()
        details = {"provider": found.provider, "mask": rotation.mask, "version": version}
        prints = Fingerprints(found.fingerprint, rotation.fingerprint)
        entry = AuditEntry(rotation.workspace_id, actor, "key.rotate", rotation.key_id, details, prints)
        await append_audit(connection, entry)
        await connection.execute(NOTE, {"key_id": rotation.key_id})
        return RotationResult(version, await _release_turns(connection, where))


async def patch_key(
    database: Database,
    *,
    workspace_id: UUID,
    key_id: UUID,
    label: str | None,
    default: bool | None,
    disabled: bool | None,
    actor: Actor,
) -> ChangeResult | None:
    """Rename, make default, disable or enable a key; what is None stays. None when there is no such key.

    An enabled key is suspect until a probe has spoken.
    """
    where = {"workspace_id": workspace_id, "key_id": key_id}
    async with database.transaction() as connection:
        await start_epoch(connection, workspace_id)
        found = (await connection.execute(LOCK, where)).one_or_none()
        if found is None:
            await connection.rollback()
            return None
        wanted = {"label": label, "default": default, "disabled": disabled}
        details = {name: value for name, value in wanted.items() if value is not None}
        prints = Fingerprints(found.fingerprint, found.fingerprint)
        await append_audit(connection, AuditEntry(workspace_id, actor, "key.update", key_id, details, prints))
        if label is not None:
            await connection.execute(LABEL, {"key_id": key_id, "label": label})
        if default:
            await connection.execute(NO_DEFAULT, {"workspace_id": workspace_id, "provider": found.provider})
            await connection.execute(DEFAULT, {"key_id": key_id})
        promoted = await _switch(connection, key_of(found), disabled)
        return ChangeResult(key_of((await connection.execute(LOCK, where)).one()), promoted)


async def _switch(connection: AsyncConnection, key: KeyRow, disabled: bool | None) -> tuple[UUID, ...]:
    if disabled is True and key.state is not KeyState.DISABLED:
        values: dict[str, Any] = {"state": KeyState.DISABLED, "reason": DISABLED_REASON}
    elif disabled is False and key.state is KeyState.DISABLED:
        values = {"state": KeyState.SUSPECT, "reason": None}
    else:
        return ()
    await connection.execute(STATE, values | {"key_id": key.key_id})
    return await _release_turns(connection, {"workspace_id": key.workspace_id, "key_id": key.key_id})


async def delete_key(database: Database, *, workspace_id: UUID, key_id: UUID, actor: Actor) -> DeletionResult | None:
    """Destroy a key's text and end its life; None when there is no such key."""
    where = {"workspace_id": workspace_id, "key_id": key_id}
    async with database.transaction() as connection:
        await start_epoch(connection, workspace_id)
        found = (await connection.execute(LOCK, where)).one_or_none()
        if found is None:
            await connection.rollback()
            return None
        details = {"provider": found.provider, "label": found.label, "mask": found.mask}
        prints = Fingerprints(before=found.fingerprint)
        await append_audit(connection, AuditEntry(workspace_id, actor, "key.delete", key_id, details, prints))
        await connection.execute(DELETE, {"key_id": key_id})
        promoted = await _release_turns(connection, where)
        bots = await connection.execute(BOTS, {"workspace_id": workspace_id})
        return DeletionResult(key_of(found), [bot_of(row) for row in bots], promoted)


async def release_roomless(database: Database, *, workspace_id: UUID, key_id: UUID) -> tuple[UUID, ...]:
    """Let all turns go on that wait for the key: its limit was forgotten. Returns those to be rung."""
    async with database.transaction() as connection:
        await connection.execute(LOCK_COUNTERS, {"workspace_id": workspace_id})
        return await _release_turns(connection, {"workspace_id": workspace_id, "key_id": key_id})


async def _release_turns(connection: AsyncConnection, where: dict[str, UUID]) -> tuple[UUID, ...]:
    return tuple((await connection.execute(RELEASE_TURNS, where)).scalar_one())
