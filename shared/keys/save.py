"""Validate & save: a key is kept once its provider accepted it, and not before (S3)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from shared.domain.actor import Actor
from shared.domain.key_format import default_label, mask_key, problem_with_key, trim_key
from shared.domain.key_rules import SaveAnswer, key_rule
from shared.domain.plans import Plan
from shared.domain.secret import Secret
from shared.ids import new_id
from shared.keys.context import KeyContext
from shared.keys.note_refusal import note_refusal
from shared.keys.probe import probe
from shared.keys.refusal import (
    PLAN_FORBIDS_KEYS,
    KeyRefusal,
    could_not_verify,
    malformed,
    no_model_reached,
    refused_by_provider,
    same_key,
)
from shared.keys.standing import standing_after, with_recheck
from shared.providers.port import ProbeAccepted, ProbeRefused
from shared.store.keys.read import find_key, list_keys
from shared.store.keys.rows import NO_ADDRESS, KeyAddress, KeyRow, NewKey, Standing
from shared.store.keys.write import insert_key


@dataclass(frozen=True, slots=True)
class NewKeyRequest:
    """A key that somebody pasted; `text` is as it was pasted."""

    workspace_id: UUID
    plan: Plan
    provider: str
    text: Secret
    label: str | None = None
    address: KeyAddress = NO_ADDRESS


async def save_key(context: KeyContext, request: NewKeyRequest, *, actor: Actor) -> KeyRow | KeyRefusal:
    """Check, probe, seal and keep a key. Refused or unreachable: nothing is kept but who tried."""
    key_id, workspace_id = new_id(), request.workspace_id
    refusal = await _save(context, request, key_id, actor=actor)
    if refusal is not None:
        return await note_refusal(context, refusal, workspace_id=workspace_id, target=workspace_id, actor=actor)
    saved = await find_key(context.database, workspace_id=workspace_id, key_id=key_id)
    assert saved is not None
    return saved


async def _save(context: KeyContext, request: NewKeyRequest, key_id: UUID, *, actor: Actor) -> KeyRefusal | None:
    key = Secret(trim_key(request.text.open()))
    standing = await candidate_standing(
        context, key, provider=request.provider, address=request.address, plan=request.plan
    )
    if isinstance(standing, KeyRefusal):
        return standing
    fingerprint, *older = context.vault.fingerprints(key, workspace_id=request.workspace_id)
    row = NewKey(
        key_id=key_id,
        workspace_id=request.workspace_id,
        provider=request.provider,
        label=request.label or await _free_label(context, request),
        mask=mask_key(key),
        sealed=context.vault.seal(key, workspace_id=request.workspace_id, key_id=key_id),
        fingerprint=fingerprint,
        standing=standing,
        address=request.address,
        older_fingerprints=tuple(older),
    )
    twin = await insert_key(context.database, row, actor=actor)
    return same_key(twin.label, request.provider) if twin is not None else None


async def _free_label(context: KeyContext, request: NewKeyRequest) -> str:
    """Return the label of a key that got none: two of one provider can be told apart."""
    keys = await list_keys(context.database, request.workspace_id)
    return default_label(request.provider, {key.label for key in keys})


async def candidate_standing(
    context: KeyContext,
    key: Secret,
    *,
    provider: str,
    address: KeyAddress,
    plan: Plan,
) -> Standing | KeyRefusal:
    """Return the standing of a trimmed candidate that plan and provider accept, else why they do not."""
    if not plan.allows_keys:
        return PLAN_FORBIDS_KEYS
    problem = problem_with_key(key.open(), provider)
    if problem is not None:
        return malformed(problem, provider)
    result = await probe(context, key, provider=provider, address=address, plan=plan)
    if isinstance(result, ProbeRefused) and not _is_unverified(result):
        return refused_by_provider(result.failure, provider, context.clock())
    if not isinstance(result, ProbeAccepted):
        return could_not_verify(result.failure, provider)
    if result.model is None:
        return no_model_reached(list(result.blocked.values())[-1], provider)
    standing = standing_after(result, provider, context.clock())
    assert standing is not None
    return with_recheck(standing, None, context.recheck_policy)


def _is_unverified(result: ProbeRefused) -> bool:
    """Tell whether a refusal, of a proxy's page perhaps, says too little about a key that nobody has used yet."""
    return key_rule(result.failure.error, result.failure.status).save is SaveAnswer.UNVERIFIED
