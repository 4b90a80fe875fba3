"""Keep, replace and destroy provider keys."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.domain.actor import Actor
from shared.store.audit.append import append_audit
from shared.store.audit.rows import AuditEntry, Fingerprints
from shared.store.bots.read import BOT_COLUMNS, bot_of
from shared.store.database import Database
from shared.store.keys.read import KEY_COLUMNS, key_of
from shared.store.keys.rows import DeletionResult, NewKey, Rotation, RotationResult, SameKey
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
SAME_TEXT = text(
    "SELECT label FROM provider_keys WHERE workspace_id = :workspace_id "
    "AND fingerprint = ANY (CAST(:fingerprints AS bytea[])) AND id <> :key_id AND deleted_at IS NULL LIMIT 1",
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
DELETE = text(
    "UPDATE provider_keys SET deleted_at = now(), sealed = NULL, fingerprint = NULL, is_default = false "
    "WHERE id = :key_id",
)
BOTS = text(
    f"SELECT {BOT_COLUMNS} FROM bots WHERE workspace_id = :workspace_id AND deleted_at IS NULL ORDER BY created_at, id",
)


async def insert_key(database: Database, key: NewKey, *, actor: Actor) -> SameKey | None:
    """Keep a key; the first of its provider becomes the workspace's default. A text that a key has is not kept twice."""
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
        twin = await _same_key(connection, key)
        if twin is not None:
            await connection.rollback()
            return twin
        details = {"provider": key.provider, "label": key.label, "mask": key.mask}
        prints = Fingerprints(after=key.fingerprint)
        entry = AuditEntry(key.workspace_id, actor, "key.create", key.key_id, details, prints)
        await append_audit(connection, entry)
        await connection.execute(INSERT, values)
        return None


async def rotate_key(database: Database, rotation: Rotation, *, actor: Actor) -> RotationResult | SameKey | None:
    """Put a new text in the key's place; None when it is gone or not of the expected version."""
    where = {"workspace_id": rotation.workspace_id, "key_id": rotation.key_id}
    async with database.transaction() as connection:
        await start_epoch(connection, rotation.workspace_id)
        found = (await connection.execute(LOCK, where)).one_or_none()
        if found is None or rotation.expected_version not in (None, found.version):
            await connection.rollback()
            return None
        twin = await _same_key(connection, rotation)
        if twin is not None:
            await connection.rollback()
            return twin
        values = {"key_id": rotation.key_id, "mask": rotation.mask, "sealed": rotation.sealed}
        values |= {"fingerprint": rotation.fingerprint, **standing_values(rotation.standing)}
        version: int = (await connection.execute(ROTATE, values)).scalar_one()
        details = {"provider": found.provider, "mask": rotation.mask, "version": version}
        prints = Fingerprints(found.fingerprint, rotation.fingerprint)
        entry = AuditEntry(rotation.workspace_id, actor, "key.rotate", rotation.key_id, details, prints)
        await append_audit(connection, entry)
        await connection.execute(NOTE, {"key_id": rotation.key_id})
        return RotationResult(version, await release_turns(connection, where))


async def _same_key(connection: AsyncConnection, kept: NewKey | Rotation) -> SameKey | None:
    """Return the other key with this text; the workspace's lock keeps a second one from coming at the same time."""
    fingerprints = [kept.fingerprint, *kept.older_fingerprints]
    where = {"workspace_id": kept.workspace_id, "fingerprints": fingerprints, "key_id": kept.key_id}
    label = (await connection.execute(SAME_TEXT, where)).scalar_one_or_none()
    return None if label is None else SameKey(label)


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
        promoted = await release_turns(connection, where)
        bots = await connection.execute(BOTS, {"workspace_id": workspace_id})
        return DeletionResult(key_of(found), [bot_of(row) for row in bots], promoted)


async def release_roomless(database: Database, *, workspace_id: UUID, key_id: UUID) -> tuple[UUID, ...]:
    """Let all turns go on that wait for the key: its limit was forgotten. Returns those to be rung."""
    async with database.transaction() as connection:
        await connection.execute(LOCK_COUNTERS, {"workspace_id": workspace_id})
        return await release_turns(connection, {"workspace_id": workspace_id, "key_id": key_id})


async def release_turns(connection: AsyncConnection, where: dict[str, UUID]) -> tuple[UUID, ...]:
    """Let the turns go on that wait for the key; return those that got a slot."""
    return tuple((await connection.execute(RELEASE_TURNS, where)).scalar_one())
