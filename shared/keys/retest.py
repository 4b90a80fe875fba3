"""Re-test by hand: the same probe, the same fence (S4)."""

from __future__ import annotations

from uuid import UUID

from shared.domain.actor import Actor
from shared.domain.key_states import KeyState
from shared.domain.plans import Plan
from shared.keys.context import KeyContext
from shared.keys.refusal import DISABLED, NO_SUCH_KEY, PLAN_FORBIDS_KEYS, KeyRefusal, could_not_verify
from shared.keys.verdict import Occasion, judge_key
from shared.providers.port import CallFailure
from shared.store.keys.read import find_key
from shared.store.keys.rows import KeyRow


async def retest_key(
    context: KeyContext, *, workspace_id: UUID, key_id: UUID, plan: Plan, actor: Actor
) -> KeyRow | KeyRefusal:
    """Probe a kept key now; return it with its new standing, or why nothing was learnt."""
    key = await find_key(context.database, workspace_id=workspace_id, key_id=key_id)
    if key is None:
        return NO_SUCH_KEY
    if not plan.allows_keys:
        return PLAN_FORBIDS_KEYS
    if key.state is KeyState.DISABLED:
        return DISABLED
    result = await judge_key(context, key, plan, Occasion.BY_HAND, actor=actor)
    if isinstance(result, CallFailure):
        return could_not_verify(result, key.provider)
    return await find_key(context.database, workspace_id=workspace_id, key_id=key_id) or NO_SUCH_KEY
