"""`GET /v1/models`: what this bot may use."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from services.gateway.authenticate import authenticate
from services.gateway.context import context_of
from services.gateway.json_response import json_response


async def list_models(request: Request) -> Response:
    """List the models that the bot's plan opens, in OpenAI's form."""
    caller, context = await authenticate(request), context_of(request)
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
    ]
    return json_response({"object": "list", "data": data})
