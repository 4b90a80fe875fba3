"""A call as the body of `POST /chat/completions`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shared.providers.parameters import Translations, Travelling, as_list, travelling
from shared.providers.passages import system_prompt
from shared.providers.port import ChatCall

STREAMING: Mapping[str, Any] = {"stream": True, "stream_options": {"include_usage": True}}
"""Without the option OpenAI sends no usage in a stream."""
TRANSLATIONS: Translations = {"list": as_list}
"""Few: the callers' words are OpenAI's own."""


def build_request(call: ChatCall) -> tuple[dict[str, Any], Travelling]:
    """Return the body, and what became of the parameters."""
    parameters = travelling(call.model, call.parameters, TRANSLATIONS)
    body: dict[str, Any] = {"model": call.model.wire_id, "messages": _messages(call), **parameters.sent}
    if call.cache_key is not None:
        body["prompt_cache_key"] = call.cache_key
    if call.stream:
        body |= STREAMING
    return body, parameters


def without_streaming(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the same request for a whole answer."""
    return {name: value for name, value in body.items() if name not in STREAMING}


def _messages(call: ChatCall) -> list[dict[str, str]]:
    system = system_prompt(call.system, call.passages)
    opening = [{"role": "system", "content": system}] if system else []
    return opening + [{"role": message.role, "content": message.text} for message in call.messages]
