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
from shared.store.keys.rows import KeyRow, Rotation, SameKey
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
    if expected_version not in (None, found.version):  # the row's lock judges again, this saves a call
        return await note_refusal(context, STALE_VERSION, workspace_id=workspace_id, target=key_id, actor=actor)
    key = Secret(trim_key(text.open()))
    standing = await candidate_standing(context, key, provider=found.provider, address=found.address, plan=plan)
    if isinstance(standing, KeyRefusal):
        return await note_refusal(context, standing, workspace_id=workspace_id, target=key_id, actor=actor)
    fingerprint, *older = context.vault.fingerprints(key, workspace_id=workspace_id)
    rotation = Rotation(
        key_id=key_id,
        workspace_id=workspace_id,
        mask=mask_key(key),
        sealed=context.vault.seal(key, workspace_id=workspace_id, key_id=key_id),
        fingerprint=fingerprint,
        standing=standing,
        expected_version=expected_version,
        older_fingerprints=tuple(older),
    )
    rotated = await rotate_key(context.database, rotation, actor=actor)
    if rotated is None:
        return await note_refusal(context, STALE_VERSION, workspace_id=workspace_id, target=key_id, actor=actor)
    if isinstance(rotated, SameKey):
        twin = same_key(rotated.label, found.provider)
        return await note_refusal(context, twin, workspace_id=workspace_id, target=key_id, actor=actor)
    await ring_turns(context, rotated.promoted)
    await ring_notices(context, key_id)
    return await find_key(context.database, workspace_id=workspace_id, key_id=key_id) or NO_SUCH_KEY
