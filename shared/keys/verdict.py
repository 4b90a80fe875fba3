"""From a key's row to a verdict on it: open, probe, apply under the fence, ring who waited."""

from __future__ import annotations

from enum import StrEnum

import structlog

from shared.domain.actor import VALIDATOR, Actor
from shared.domain.key_states import KeyState
from shared.domain.plans import Plan
from shared.keys.context import KeyContext
from shared.keys.notify import ring_notices
from shared.keys.probe import probe
from shared.keys.ring_turns import ring_turns
from shared.keys.standing import cannot_decrypt, standing_after, with_recheck
from shared.metrics import verdicts
from shared.providers.port import CallFailure, ProbeInconclusive
from shared.store.keys.rows import KeyRow, Standing, Verdict, VerdictResult
from shared.store.keys.verdict import apply_verdict
from shared.store.keys.write import release_roomless
from shared.vault.errors import CannotOpenError

log = structlog.get_logger()


class Occasion(StrEnum):
    """Why a kept key is probed."""

    TRAFFIC = "traffic"
    SCHEDULE = "schedule"
    BY_HAND = "by_hand"


async def judge_key(
    context: KeyContext, key: KeyRow, plan: Plan, occasion: Occasion, *, actor: Actor = VALIDATOR
) -> VerdictResult | CallFailure:
    """Probe a kept key and apply the verdict; return the failure when the probe proves nothing.

    What met a refusal before is asked first, except by hand: a person begins anew. The verdict speaks of
    the version and verdict_seq of `key`; if they have moved on, nothing changes.
    """
    found = await _look(context, key, plan, occasion)
    if isinstance(found, CallFailure):
        return found
    before_seconds = key.standing.recheck_seconds if occasion is Occasion.SCHEDULE else None
    standing = with_recheck(found, before_seconds, context.recheck_policy)
    result = await give_verdict(context, key, standing, actor=actor)
    if result.applied and standing.state is KeyState.ACTIVE and occasion is Occasion.BY_HAND:
        await _forget_limit(context, key)
    return result


async def _forget_limit(context: KeyContext, key: KeyRow) -> None:
    """End the pause of a key that its owner has just seen work: its account may have been given a higher limit."""
    if await context.limit_memory.forget(key.key_id, key.version):
        promoted = await release_roomless(context.database, workspace_id=key.workspace_id, key_id=key.key_id)
        await ring_turns(context, promoted)


async def _look(context: KeyContext, key: KeyRow, plan: Plan, occasion: Occasion) -> Standing | CallFailure:
    """Open the key and probe it; a key that does not open is not asked about."""
    try:
        secret = context.vault.open(key.sealed or b"", workspace_id=key.workspace_id, key_id=key.key_id)
    except CannotOpenError:
        return cannot_decrypt(key.provider)
    blocked = {} if occasion is Occasion.BY_HAND else key.standing.blocked
    first_models = [key.suspect_model] if key.suspect_model else list(blocked)
    result = await probe(
        context, secret, provider=key.provider, address=key.address, plan=plan, first_models=first_models
    )
    standing = standing_after(result, key.provider, context.clock(), blocked=blocked)
    if standing is None:
        assert isinstance(result, ProbeInconclusive)
        return result.failure
    return standing


async def give_verdict(
    context: KeyContext, key: KeyRow, standing: Standing, *, actor: Actor = VALIDATOR
) -> VerdictResult:
    """Apply a standing to the key as it was read, and ring the turns that it freed."""
    verdict = Verdict(
        key_id=key.key_id,
        workspace_id=key.workspace_id,
        version=key.version,
        verdict_seq=key.verdict_seq,
        standing=standing,
        actor=actor,
    )
    result = await apply_verdict(context.database, verdict)
    if result.applied:
        verdicts.labels(standing.state.value).inc()
        log.info("key_verdict", key_id=str(key.key_id), state=standing.state.value, reason_code=standing.reason_code)
    await ring_turns(context, result.promoted)
    if result.applied:
        await ring_notices(context, key.key_id)
    return result
