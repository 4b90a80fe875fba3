"""A call as the body of `POST /v1/messages`."""

from __future__ import annotations

from typing import Any

from shared.providers.anthropic.output_format import output_format
from shared.providers.parameters import Travelling, as_list, travelling
from shared.providers.passages import system_prompt
from shared.providers.port import ChatCall

DEFAULT_MAX_TOKENS = 4096
"""Anthropic wants a limit in every request; OpenAI's callers are used to naming none."""
TRANSLATIONS = {"list": as_list, "output_format": output_format}


def build_request(call: ChatCall) -> tuple[dict[str, Any], Travelling]:
    """Return the body, and what became of the parameters."""
    parameters = travelling(call.model, call.parameters, TRANSLATIONS)
    body: dict[str, Any] = {
        "model": call.model.wire_id,
        "max_tokens": min(DEFAULT_MAX_TOKENS, call.model.output_tokens),
        "messages": [{"role": message.role, "content": message.text} for message in call.messages],
        **parameters.sent,
    }
    system = system_prompt(call.system, call.passages)
    if system:
        body["system"] = _marked_system(call) if call.marks_system and call.system else system
    if call.credential is not None and call.credential.region in call.model.regions:
        body["inference_geo"] = call.credential.region
    if call.stream:
        body["stream"] = True
    return body, parameters


def _marked_system(call: ChatCall) -> list[dict[str, Any]]:
    """Return the system prompt in two blocks: the bot's own, to be kept, and the passages, which change."""
    passages = system_prompt(None, call.passages)
    kept = {"type": "text", "text": call.system, "cache_control": {"type": "ephemeral"}}
    return [kept, {"type": "text", "text": passages}] if passages else [kept]
