"""Rotation: the candidate is validated first, then takes the key's place in one commit (S6)."""

from __future__ import annotations

from uuid import UUID

from shared.domain.actor import Actor
from shared.domain.key_format import mask_key, trim_key
from shared.domain.plans import Plan
from shared.domain.secret import Secret
from shared.keys.context import KeyContext
from shared.keys.note_refusal import note_refusal
from shared.keys.notify import ring_notices
from shared.keys.refusal import NO_SUCH_KEY, STALE_VERSION, KeyRefusal, same_key
from shared.keys.ring_turns import ring_turns
from shared.keys.save import candidate_standing
from shared.store.keys.read import find_key
from shared.store.keys.rows import KeyRow, Rotation, RotationResult, SameKey, Standing
from shared.store.keys.write import rotate_key


async def rotate_key_text(
    context: KeyContext,
    *,
    workspace_id: UUID,
    key_id: UUID,
    text: Secret,
    expected_version: int | None,
    plan: Plan,
    actor: Actor,
) -> KeyRow | KeyRefusal:
    """Replace a key's text; calls in flight finish on the old one, every later claim uses the new."""
    found = await find_key(context.database, workspace_id=workspace_id, key_id=key_id)
    if found is None:
        return NO_SUCH_KEY
    candidate = Secret(trim_key(text.open()))
    rotated = await _rotate(context, found, candidate, expected_version=expected_version, plan=plan, actor=actor)
    if isinstance(rotated, KeyRefusal):
        return await note_refusal(context, rotated, workspace_id=workspace_id, target=key_id, actor=actor)
    await ring_turns(context, rotated.promoted)
    await ring_notices(context, key_id)
    return await find_key(context.database, workspace_id=workspace_id, key_id=key_id) or NO_SUCH_KEY


async def _rotate(
    context: KeyContext,
    found: KeyRow,
    candidate: Secret,
    *,
    expected_version: int | None,
    plan: Plan,
    actor: Actor,
) -> RotationResult | KeyRefusal:
    if expected_version not in (None, found.version):  # the row's lock judges again, this saves a call
        return STALE_VERSION
    standing = await candidate_standing(context, candidate, provider=found.provider, address=found.address, plan=plan)
    if isinstance(standing, KeyRefusal):
        return standing
    rotation = _rotation(context, found, candidate, standing, expected_version)
    rotated = await rotate_key(context.database, rotation, actor=actor)
    if rotated is None:
        return STALE_VERSION
    return same_key(rotated.label, found.provider) if isinstance(rotated, SameKey) else rotated


def _rotation(
    context: KeyContext, found: KeyRow, candidate: Secret, standing: Standing, expected_version: int | None
) -> Rotation:
    fingerprint, *older = context.vault.fingerprints(candidate, workspace_id=found.workspace_id)
    return Rotation(
        key_id=found.key_id,
        workspace_id=found.workspace_id,
        mask=mask_key(candidate),
        sealed=context.vault.seal(candidate, workspace_id=found.workspace_id, key_id=found.key_id),
        fingerprint=fingerprint,
        standing=standing,
        expected_version=expected_version,
        older_fingerprints=tuple(older),
    )
