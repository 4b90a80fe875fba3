"""`/api/models`: the catalogue, with what the plan allows and what each key's account reaches."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.dashboard.authenticate import authenticate
from services.dashboard.bot_rules import why_plan_forbids
from services.dashboard.context import context_of
from services.dashboard.json_response import json_response
from shared.domain.catalogue import Model
from shared.domain.plans import Plan
from shared.keys.reach import key_for, why_unreachable
from shared.store.keys.read import list_keys
from shared.store.keys.rows import KeyRow


async def models(request: Request) -> Response:
    """List the catalogue: what the plan allows, what the keys reach, what retires and when."""
    holder, context = await authenticate(request), context_of(request)
    keys = await list_keys(context.database, holder.workspace_id)
    today = context.clock().date()
    data = [model_body(model, holder.plan, keys, today) for model in context.catalogue.models.values()]
    return json_response({"data": data, "next_cursor": None})


def model_body(model: Model, plan: Plan, keys: Sequence[KeyRow], today: date) -> dict[str, Any]:
    """Return a model as the API shows it; `reachable` and `why_not` speak of the provider's default key."""
    why_unreached = why_unreachable(model, key_for(keys, model.provider))
    return {
        "id": model.id,
        "name": model.name,
        "provider": model.provider,
        "plan": model.plan,
        "allowed": plan.includes(model.plan),
        "reachable": why_unreached is None,
        "why_not": why_plan_forbids(model, plan) or why_unreached,
        "keys": [_key_body(model, key) for key in keys if key.provider == model.provider],
        "regions": model.regions,
        "retires_on": model.retires_on,
        "successor": model.successor,
        "warning": model.retirement_warning(today),
    }


def _key_body(model: Model, key: KeyRow) -> dict[str, Any]:
    why_not = why_unreachable(model, key)
    return {
        "id": key.key_id,
        "label": key.label,
        "default": key.is_default,
        "reachable": why_not is None,
        "why_not": why_not,
    }


ROUTES = [Route("/api/models", models, methods=["GET"])]
