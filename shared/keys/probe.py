"""The one probe behind every door: save, rotate, re-test, traffic."""

from __future__ import annotations

from shared.domain.catalogue import Model
from shared.domain.error_types import ErrorType
from shared.domain.plans import Plan
from shared.domain.secret import Secret
from shared.keys.context import KeyContext
from shared.providers.port import Credential, ProbeAccepted, ProbeInconclusive, ProbeResult
from shared.store.keys.rows import KeyAddress


async def probe(
    context: KeyContext,
    key: Secret,
    *,
    provider: str,
    address: KeyAddress,
    plan: Plan,
    first_model: str | None = None,
) -> ProbeResult:
    """Ask the provider whether the key works, on the cheapest model that the plan allows.

    `first_model` is asked before the others: the one that met a refusal in traffic. A rate
    limit proves that the key is good.
    """
    credential = Credential(
        key=key,
        region=address.region,
        organization=address.organization,
        project=address.project,
        anthropic_workspace_id=address.anthropic_workspace_id,
    )
    models = models_to_ask(context, provider, plan, first_model)
    result = await context.providers[provider].probe(credential, models, context.probe_timeout_seconds)
    if isinstance(result, ProbeInconclusive) and result.failure.error is ErrorType.RATE_LIMITED:
        return ProbeAccepted(models[0].id, None, result.failure.request_id)
    return result


def models_to_ask(context: KeyContext, provider: str, plan: Plan, first_model: str | None) -> list[Model]:
    """Return the provider's models that the plan allows, the one that met a refusal first, then the cheapest."""
    allowed = [model for model in context.catalogue.of_provider(provider) if plan.includes(model.plan)]
    return sorted(allowed, key=lambda model: model.id != first_model)
