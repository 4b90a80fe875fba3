"""OpenAI's Chat Completions as its server speaks it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil
from typing import Any

import orjson

from infra.simulator.behaviour import Behaviour
from infra.simulator.calls import Call
from infra.simulator.reply import Reply, reply_to
from infra.simulator.scenario import OPENAI, Scenario, Table
from infra.simulator.throttle import Allowance

MODELS = ("gpt-5", "gpt-5-2025-08-07", "gpt-5-mini", "gpt-5-mini-2025-08-07", "gpt-6.1-terra", "mini")
CREATED = 1_754_500_000
EFFORTS = ("minimal", "low", "medium", "high")
REASONING_FAMILY = "gpt-5"
ECHO_IN_TABLE = "sk-proj-****...MxYA"


class OpenAIWire:
    """Whole answers, chunks and errors of `POST /v1/chat/completions`."""

    provider = OPENAI
    knows_every_key = False

    def __init__(self, table: Table) -> None:
        self.table = table

    def refusal_of(self, call: Call, missing_models: Sequence[str]) -> Scenario | None:
        """Return the 400 or 404 that GPT-5 gives for a parameter or model that it does not have."""
        if call.model not in MODELS or call.model in missing_models:
            return self.table["model_not_found"]
        if not str(call.model).startswith(REASONING_FAMILY):
            return None
        if call.body.get("temperature", 1) != 1 or "top_p" in call.body:
            return self.table["unsupported_temperature"]
        if call.body.get("reasoning_effort", "medium") not in EFFORTS:
            return self.table["unsupported_effort"]
        return self.table["unsupported_max_tokens"] if "max_tokens" in call.body else None

    def reply(self, call: Call, scenario: Scenario, behaviour: Behaviour) -> Reply:
        """Answer the messages; the system message counts as input only."""
        return reply_to(call.body.get("messages", []), system="", shape=scenario.reply, chunks=behaviour.chunks)

    def whole(self, call: Call, reply: Reply, request_id: str) -> bytes:
        """Return a `chat.completion`."""
        refused = reply.shape == "refusal"
        message = {
            "role": "assistant",
            "content": None if refused else reply.text,
            "refusal": "I can't help with that." if refused else None,
        }
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": _finish(reply)}
        body = _envelope("chat.completion", call, request_id) | {"choices": [choice]}
        if reply.shape != "no_usage":
            body["usage"] = _usage(reply)
        return orjson.dumps(body)

    def events(self, call: Call, reply: Reply, request_id: str) -> list[bytes]:
        """Return the chunks: role, text, finish, usage with `choices: []` when asked for, `[DONE]`."""
        wants_usage = (call.body.get("stream_options") or {}).get("include_usage") and reply.shape != "no_usage"
        envelope = _envelope("chat.completion.chunk", call, request_id) | ({"usage": None} if wants_usage else {})
        deltas: list[dict[str, Any]] = [{"role": "assistant", "content": "", "refusal": None}]
        if reply.shape == "refusal":
            deltas.append({"refusal": "I can't help with that."})
        else:
            deltas.extend({"content": piece} for piece in reply.pieces)
        events = [_chunk(envelope, delta, None) for delta in deltas]
        events.append(_chunk(envelope, {}, _finish(reply)))
        if wants_usage:
            events.append(_event(envelope | {"choices": [], "usage": _usage(reply)}))
        return [*events, b"data: [DONE]\n\n"]

    def error_event(self, data: str) -> bytes:
        """Return a chunk that holds an error."""
        return f"data: {data}\n\n".encode()

    def error_body(self, scenario: Scenario, call: Call, request_id: str) -> bytes:  # noqa: ARG002 - one shape for both
        """Return the body; as OpenAI does, the 401 of a bad key echoes parts of it."""
        return (scenario.body or "").replace(ECHO_IN_TABLE, f"{call.key[:8]}****{call.key[-4:]}").encode()

    def model_list(self, missing_models: Sequence[str]) -> dict[str, Any]:
        """Return `{"object": "list"}` of the models."""
        return {
            "object": "list",
            "data": [
                {"id": model, "object": "model", "created": CREATED, "owned_by": "system", "shutdown_date": None}
                for model in MODELS
                if model not in missing_models
            ],
        }

    def headers(self, request_id: str) -> Mapping[str, str]:
        """Return request id, organisation and rate limits (durations, as OpenAI writes them)."""
        return {
            "x-request-id": request_id,
            "openai-organization": "org-simulator",
            "openai-processing-ms": "1",
            "openai-version": "2020-10-01",
            "x-ratelimit-limit-requests": "10000",
            "x-ratelimit-remaining-requests": "9999",
            "x-ratelimit-reset-requests": "6ms",
        }

    def limit_headers(self, allowance: Allowance) -> Mapping[str, str]:
        """Return the key's limit, and `retry-after` to the millisecond for a refused call."""
        headers = {
            "x-ratelimit-limit-requests": str(allowance.limit),
            "x-ratelimit-remaining-requests": str(allowance.remaining),
            "x-ratelimit-reset-requests": f"{ceil(allowance.reset_seconds * 1000)}ms",
        }
        if not allowance.refused:
            return headers
        retry = {
            "retry-after": str(ceil(allowance.retry_seconds)),
            "retry-after-ms": str(ceil(allowance.retry_seconds * 1000)),
        }
        return headers | retry


def _envelope(kind: str, call: Call, request_id: str) -> dict[str, Any]:
    return {"id": f"chatcmpl-{request_id}", "object": kind, "created": CREATED, "model": call.model}


def _chunk(envelope: dict[str, Any], delta: dict[str, Any], finish: str | None) -> bytes:
    return _event(envelope | {"choices": [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}]})


def _event(body: dict[str, Any]) -> bytes:
    return b"data: " + orjson.dumps(body) + b"\n\n"


def _finish(reply: Reply) -> str:
    return "length" if reply.shape == "length" else "stop"


def _usage(reply: Reply) -> dict[str, Any]:
    return {
        "prompt_tokens": reply.input_tokens,
        "completion_tokens": reply.output_tokens,
        "total_tokens": reply.input_tokens + reply.output_tokens,
        "prompt_tokens_details": {"cached_tokens": reply.cached_tokens, "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": reply.reasoning_tokens, "audio_tokens": 0},
    }
