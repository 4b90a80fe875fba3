"""A key that was not saved or rotated leaves a line in the audit, and nothing of its text."""

from __future__ import annotations

from uuid import UUID

from shared.domain.actor import Actor
from shared.keys.context import KeyContext
from shared.keys.refusal import KeyRefusal
from shared.store.audit.append import append_refusal
from shared.store.audit.rows import AuditEntry


async def note_refusal(
    context: KeyContext, refusal: KeyRefusal, *, workspace_id: UUID, target: UUID, actor: Actor
) -> KeyRefusal:
    """Note who tried, at which provider and with which code it was refused; return the refusal.

    `target` is the key that was to be rotated, or the workspace that was to get one. No text, mask or fingerprint:
    what was pasted may be anybody's.
    """
    details = {"provider": refusal.provider, "code": refusal.code}
    await append_refusal(context.database, AuditEntry(workspace_id, actor, "key.refused", target, details))
    return refusal
