"""Chat Completions as other servers speak it: no headers of OpenAI's, any key, and streams of their own shapes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson

from infra.simulator.calls import Call
from infra.simulator.openai_wire import OpenAIWire
from infra.simulator.reply import Reply
from infra.simulator.scenario import COMPATIBLE, Scenario
from infra.simulator.throttle import Allowance

DONE = b"data: [DONE]\n\n"
THOUGHT = {"index": 0, "delta": {"content": None, "reasoning_content": "Let me think."}, "finish_reason": None}


class CompatibleWire(OpenAIWire):
    """Whole answers, chunks and errors of the other servers."""

    provider = COMPATIBLE
    knows_every_key = True

    def refusal_of(self, call: Call, missing_models: Sequence[str]) -> Scenario | None:
        """Return vLLM's 404 for a model that is missing; every other name is somebody's."""
        return self.table["vllm_model_not_found"] if call.model in missing_models else None

    def events(self, call: Call, reply: Reply, request_id: str) -> list[bytes]:
        """Return OpenAI's events in the shape that the scenario asks for."""
        events = super().events(call, reply, request_id)
        return SHAPES[reply.shape](events) if reply.shape in SHAPES else events

    def headers(self, request_id: str) -> Mapping[str, str]:  # noqa: ARG002 - one shape for all
        """Return none."""
        return {}

    def limit_headers(self, allowance: Allowance) -> Mapping[str, str]:  # noqa: ARG002 - one shape for all
        """Return none."""
        return {}


def _changed(events: Sequence[bytes], change: Callable[[dict[str, Any]], dict[str, Any]]) -> list[bytes]:
    chunks = [orjson.loads(event.removeprefix(b"data: ")) for event in events[:-1]]
    return [*(b"data: " + orjson.dumps(change(chunk)) + b"\n\n" for chunk in chunks), DONE]


def _empty_finish(chunk: dict[str, Any]) -> dict[str, Any]:
    return chunk | {"choices": [one | {"finish_reason": one["finish_reason"] or ""} for one in chunk["choices"]]}


def _usage_beside(events: Sequence[bytes]) -> list[bytes]:
    last = orjson.loads(events[-2].removeprefix(b"data: "))
    usage = last["usage"] if not last["choices"] else None
    kept = [*events[:-2], DONE]
    return _changed(kept, lambda chunk: chunk | ({"usage": usage} if _is_finish(chunk) else {}))


def _is_finish(chunk: Mapping[str, Any]) -> bool:
    return any(choice["finish_reason"] for choice in chunk["choices"])


def _reasoning(events: Sequence[bytes]) -> list[bytes]:
    first = orjson.loads(events[0].removeprefix(b"data: "))
    return [b"data: " + orjson.dumps(first | {"choices": [THOUGHT]}) + b"\n\n", *events]


SHAPES: Mapping[str, Callable[[Sequence[bytes]], list[bytes]]] = {
    "nothing": lambda _events: [],
    "comments": lambda events: [line for event in events for line in (b": keep-alive\n\n", event)],
    "crlf": lambda events: [event.replace(b"\n", b"\r\n") for event in events],
    "no_done": lambda events: list(events[:-1]),
    "empty_finish": lambda events: _changed(events, _empty_finish),
    "usage_beside": _usage_beside,
    "reasoning": _reasoning,
}
