"""The one probe behind every door: save, rotate, re-test, traffic, schedule."""

from __future__ import annotations

from collections.abc import Collection

from shared.domain.catalogue import Model
from shared.domain.plans import Plan
from shared.domain.secret import Secret
from shared.keys.context import KeyContext
from shared.providers.port import Credential, ProbeResult
from shared.store.keys.rows import KeyAddress


async def probe(
    context: KeyContext,
    key: Secret,
    *,
    provider: str,
    address: KeyAddress,
    plan: Plan,
    first_models: Collection[str] = (),
) -> ProbeResult:
    """Ask the provider whether the key works, on the cheapest model that the plan allows.

    `first_models` are asked before the others: those that met a refusal.
    """
    credential = Credential(
        key=key,
        region=address.region,
        organization=address.organization,
        project=address.project,
        anthropic_workspace_id=address.anthropic_workspace_id,
    )
    models = models_to_ask(context, provider, plan, first_models)
    return await context.providers[provider].probe(credential, models, context.probe_timeout_seconds)


def models_to_ask(context: KeyContext, provider: str, plan: Plan, first_models: Collection[str]) -> list[Model]:
    """Return the provider's models that the plan allows, those that met a refusal first, then the cheapest."""
    allowed = [model for model in context.catalogue.of_provider(provider) if plan.includes(model.plan)]
    return sorted(allowed, key=lambda model: model.id not in first_models)
