"""A call as the body of `POST /v1/messages`."""

from __future__ import annotations

from typing import Any

from shared.providers.parameters import travelling
from shared.providers.passages import system_prompt
from shared.providers.port import ChatCall

DEFAULT_MAX_TOKENS = 4096
"""Anthropic wants a limit in every request; OpenAI's callers are used to naming none."""


def build_request(call: ChatCall) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return the body and the names of the parameters that do not travel."""
    parameters, ignored = travelling(call.model.parameters, call.parameters)
    stop = parameters.get("stop_sequences")
    if isinstance(stop, str):
        parameters["stop_sequences"] = [stop]
    body: dict[str, Any] = {
        "model": call.model.wire_id,
        "max_tokens": min(DEFAULT_MAX_TOKENS, call.model.output_tokens),
        "messages": [{"role": message.role, "content": message.text} for message in call.messages],
        **parameters,
    }
    system = system_prompt(call.system, call.passages)
    if system:
        body["system"] = system
    if call.stream:
        body["stream"] = True
    return body, ignored
