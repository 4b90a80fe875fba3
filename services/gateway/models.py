"""`GET /v1/models`: what this bot may use."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from services.gateway.authenticate import authenticate
from services.gateway.context import context_of
from services.gateway.json_response import json_response
from shared.keys.reach import key_for, why_unreachable
from shared.store.keys.read import list_keys


async def list_models(request: Request) -> Response:
    """List the models that the bot's plan opens and its key's account reaches, in OpenAI's form."""
    caller, context = await authenticate(request), context_of(request)
    keys = await list_keys(context.database, caller.holder.workspace_id)
    today = context.clock().date()
    data = [
        {
            "id": model.id,
            "object": "model",
            "created": 0,
            "owned_by": model.provider,
            "mevichat": {
                "name": model.name,
                "default": model.id == caller.bot.model,
                "retires_on": model.retires_on,
                "successor": model.successor,
                "warning": model.retirement_warning(today),
            },
        }
        for model in context.catalogue.allowed(caller.holder.plan)
        if why_unreachable(model, key_for(keys, model.provider, caller.bot.key_id)) is None
    ]
    return json_response({"object": "list", "data": data})
