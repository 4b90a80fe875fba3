"""Anthropic's Messages as its server speaks it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Any

import orjson

from infra.simulator.behaviour import Behaviour
from infra.simulator.calls import Call
from infra.simulator.reply import Reply, reply_to, text_of
from infra.simulator.scenario import ANTHROPIC, Scenario, Table
from infra.simulator.throttle import Allowance

MODELS = ("claude-sonnet-4-6", "claude-haiku-4-5-20251001")
ALIASES = {"claude-haiku-4-5": "claude-haiku-4-5-20251001"}
VERSION_WITHOUT_SAMPLING = "2026-10-21"
WITHOUT_REGION_AND_EFFORT = "claude-haiku-4-5"
SAMPLING = ("temperature", "top_p", "top_k")
PING = b'event: ping\ndata: {"type": "ping"}\n\n'


class AnthropicWire:
    """Whole answers, events and errors of `POST /v1/messages`."""

    provider = ANTHROPIC
    knows_every_key = False

    def __init__(self, table: Table) -> None:
        self.table = table

    def refusal_of(self, call: Call, missing_models: Sequence[str]) -> Scenario | None:
        """Return the 400 or 404 for a missing header, parameter or model."""
        version = call.headers.get("anthropic-version")
        if version is None:
            return self.table["missing_version"]
        if call.model not in (*MODELS, *ALIASES) or call.model in missing_models:
            return self.table["model_not_found"]
        if version >= VERSION_WITHOUT_SAMPLING and any(name in call.body for name in SAMPLING):
            return self.table["unsupported_temperature"]
        if str(call.model).startswith(WITHOUT_REGION_AND_EFFORT) and _names_region_or_effort(call.body):
            return self.table["unsupported_by_model"]
        return self.table["missing_max_tokens"] if "max_tokens" not in call.body else None

    def reply(self, call: Call, scenario: Scenario, behaviour: Behaviour) -> Reply:
        """Answer the messages; `system` counts as input only."""
        system = call.body.get("system") or ""
        return reply_to(
            call.body.get("messages", []),
            system=text_of({"content": system}),
            shape=scenario.reply,
            chunks=behaviour.chunks,
        )

    def whole(self, call: Call, reply: Reply, request_id: str) -> bytes:
        """Return a `message`."""
        content = [{"type": "text", "text": reply.text}] if reply.pieces else []
        message = _message(call, request_id, content, _stop_reason(reply))
        if reply.shape != "no_usage":
            message["usage"] = _usage(reply) | {"output_tokens": reply.output_tokens}
        return orjson.dumps(message)

    def events(self, call: Call, reply: Reply, request_id: str) -> list[bytes]:
        """Return message_start, the text, message_delta with cumulative usage, message_stop."""
        has_usage = reply.shape != "no_usage"
        start = _message(call, request_id, [], None) | ({"usage": _usage(reply)} if has_usage else {})
        block: dict[str, Any] = {"type": "text", "text": ""}
        last: dict[str, Any] = {"delta": {"stop_reason": _stop_reason(reply), "stop_sequence": None}}
        if has_usage:
            last["usage"] = {"output_tokens": reply.output_tokens}
        return [
            _event("message_start", message=start),
            _event("content_block_start", index=0, content_block=block),
            PING,
            *(
                _event("content_block_delta", index=0, delta={"type": "text_delta", "text": piece})
                for piece in reply.pieces
            ),
            _event("content_block_stop", index=0),
            _event("message_delta", **last),
            _event("message_stop"),
        ]

    def error_event(self, data: str) -> bytes:
        """Return an `error` event."""
        return f"event: error\ndata: {data}\n\n".encode()

    def error_body(self, scenario: Scenario, call: Call, request_id: str) -> bytes:  # noqa: ARG002 - one shape for both
        """Return the body with this request's id in it."""
        return (scenario.body or "").replace('"req_..."', f'"{request_id}"').encode()

    def model_list(self, missing_models: Sequence[str]) -> dict[str, Any]:
        """Return one page of models; aliases are not listed, as in the real list."""
        missing = {ALIASES.get(model, model) for model in missing_models}
        data = [
            {"type": "model", "id": model, "display_name": model, "lifecycle": "active", "retires_at": None}
            for model in MODELS
            if model not in missing
        ]
        first, last = (data[0]["id"], data[-1]["id"]) if data else (None, None)
        return {"data": data, "has_more": False, "first_id": first, "last_id": last}

    def headers(self, request_id: str) -> Mapping[str, str]:
        """Return request id, organisation and rate limits (instants, as Anthropic writes them)."""
        return {
            "request-id": request_id,
            "anthropic-organization-id": "00000000-0000-0000-0000-000000000000",
            "anthropic-ratelimit-requests-limit": "4000",
            "anthropic-ratelimit-requests-remaining": "3999",
            "anthropic-ratelimit-requests-reset": "2026-01-01T00:00:00Z",
        }

    def limit_headers(self, allowance: Allowance) -> Mapping[str, str]:
        """Return the key's limit, and `retry-after` in whole seconds for a refused call."""
        reset_at = datetime.now(UTC) + timedelta(seconds=ceil(allowance.reset_seconds))
        headers = {
            "anthropic-ratelimit-requests-limit": str(allowance.limit),
            "anthropic-ratelimit-requests-remaining": str(allowance.remaining),
            "anthropic-ratelimit-requests-reset": f"{reset_at:%Y-%m-%dT%H:%M:%SZ}",
        }
        return headers | {"retry-after": str(ceil(allowance.retry_seconds))} if allowance.refused else headers


def _message(call: Call, request_id: str, content: list[dict[str, Any]], stop_reason: str | None) -> dict[str, Any]:
    return {
        "id": request_id.replace("req_", "msg_"),
        "type": "message",
        "role": "assistant",
        "model": call.model,
        "content": content,
        "stop_reason": stop_reason,
        "stop_sequence": None,
    }


def _event(kind: str, **fields: object) -> bytes:
    return b"event: %b\ndata: %b\n\n" % (kind.encode(), orjson.dumps({"type": kind, **fields}))


def _stop_reason(reply: Reply) -> str:
    return {"length": "max_tokens", "refusal": "refusal"}.get(reply.shape, "end_turn")


def _usage(reply: Reply) -> dict[str, Any]:
    write = reply.cached_tokens // 2
    return {
        "input_tokens": reply.input_tokens - reply.cached_tokens - write,
        "cache_read_input_tokens": reply.cached_tokens,
        "cache_creation_input_tokens": write,
        "output_tokens": 1,
        "output_tokens_details": {"thinking_tokens": reply.reasoning_tokens},
        "service_tier": "standard",
    }


def _names_region_or_effort(body: dict[str, Any]) -> bool:
    return "inference_geo" in body or "effort" in (body.get("output_config") or {})
