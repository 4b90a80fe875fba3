"""What the validator does with KeyRejected: probe the suspect, give the verdict."""

from __future__ import annotations

from uuid import UUID

import structlog

from shared.domain.key_states import KeyState
from shared.events.key_rejected import KeyRejectedV1
from shared.keys.context import KeyContext
from shared.keys.verdict import judge_key
from shared.providers.port import CallFailure
from shared.store.keys.read import find_key_by_id
from shared.store.workspaces.read import find_workspace

log = structlog.get_logger()


async def validate_key(context: KeyContext, event: KeyRejectedV1) -> None:
    """Probe the key if it is still the suspect that the event speaks of; an inconclusive probe waits for the sweeper."""
    key = await find_key_by_id(context.database, UUID(event.key_id))
    if key is None or key.state is not KeyState.SUSPECT:
        return
    if (key.version, key.verdict_seq) != (event.key_version, event.verdict_seq):
        return
    workspace = await find_workspace(context.database, key.workspace_id)
    if workspace is None:
        return
    result = await judge_key(context, key, workspace.plan, first_model=event.model)
    if isinstance(result, CallFailure):
        log.warning("probe_inconclusive", key_id=event.key_id, error=result.error.value)
