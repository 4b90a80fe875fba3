"""What the validator does: probe a suspect, or a key that may have recovered, and give the verdict."""

from __future__ import annotations

from uuid import UUID

import structlog

from shared.domain.key_states import KeyState
from shared.domain.recheck_rule import RECOVERING
from shared.events.key_recheck_due import KeyRecheckDueV1
from shared.events.key_rejected import KeyRejectedV1
from shared.keys.context import KeyContext
from shared.keys.verdict import Occasion, judge_key
from shared.providers.port import CallFailure
from shared.store.keys.read import find_key_by_id
from shared.store.keys.rows import KeyRow
from shared.store.workspaces.read import find_workspace

log = structlog.get_logger()


async def validate_key(context: KeyContext, event: KeyRejectedV1) -> None:
    """Probe the key if it is still the suspect that the event speaks of; an inconclusive probe waits for the sweeper."""
    key = await _meant_by(context, event)
    if key is not None and key.state is KeyState.SUSPECT:
        await _judge(context, key, Occasion.TRAFFIC)


async def recheck_key(context: KeyContext, event: KeyRecheckDueV1) -> None:
    """Probe the key if it still stands as it did when it became due; an inconclusive probe waits for the next time."""
    key = await _meant_by(context, event)
    if key is not None and (key.state in RECOVERING or key.standing.blocked):
        await _judge(context, key, Occasion.SCHEDULE)


async def _meant_by(context: KeyContext, event: KeyRejectedV1 | KeyRecheckDueV1) -> KeyRow | None:
    key = await find_key_by_id(context.database, UUID(event.key_id))
    if key is None or (key.version, key.verdict_seq) != (event.key_version, event.verdict_seq):
        return None
    return key


async def _judge(context: KeyContext, key: KeyRow, occasion: Occasion) -> None:
    workspace = await find_workspace(context.database, key.workspace_id)
    if workspace is None or not workspace.plan.allows_keys:
        return  # on Free a key is kept sealed and unused
    result = await judge_key(context, key, workspace.plan, occasion)
    if isinstance(result, CallFailure):
        log.warning("probe_inconclusive", key_id=str(key.key_id), occasion=occasion, error=result.error.value)
