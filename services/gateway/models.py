"""`GET /v1/models` and `GET /v1/models/{id}`: what this bot may use."""

from __future__ import annotations

from datetime import date
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from services.gateway.authenticate import Caller, authenticate
from services.gateway.context import context_of
from services.gateway.errors import ChatError
from services.gateway.json_response import json_response
from shared.domain.catalogue import Model
from shared.domain.refusal_code import RefusalCode
from shared.keys.reach import key_for, why_unreachable
from shared.store.keys.read import list_keys


async def list_models(request: Request) -> Response:
    """List the models that the bot's plan opens and its key's account reaches, in OpenAI's form."""
    caller = await authenticate(request)
    today = context_of(request).clock().date()
    data = [_model_body(model, caller, today) for model in await _usable_models(request, caller)]
    return json_response({"object": "list", "data": data})


async def show_model(request: Request) -> Response:
    """Return one of these models, or 404."""
    caller, model_id = await authenticate(request), request.path_params["id"]
    for model in await _usable_models(request, caller):
        if model.id == model_id:
            return json_response(_model_body(model, caller, context_of(request).clock().date()))
    sentence = f"The model {model_id!r} is not available here; GET /v1/models lists those that are."
    raise ChatError(404, RefusalCode.MODEL_NOT_FOUND.value, sentence, "model")


async def _usable_models(request: Request, caller: Caller) -> list[Model]:
    context = context_of(request)
    keys = await list_keys(context.database, caller.holder.workspace_id)
    return [
        model
        for model in context.catalogue.allowed(caller.holder.plan)
        if why_unreachable(model, key_for(keys, model.provider, caller.bot.key_id)) is None
    ]


def _model_body(model: Model, caller: Caller, today: date) -> dict[str, Any]:
    return {
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
