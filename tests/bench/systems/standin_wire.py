"""What the stand-in says: one answer, as a whole and in chunks, with the head that goes before it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

WORD = "word"
"""Every chunk holds it once, with a number: some proxies end a stream that repeats itself."""
ANSWER = "My name is Bench."
MODEL = "gpt-5-mini"
USAGE = {
    "prompt_tokens": 12,
    "completion_tokens": 6,
    "total_tokens": 18,
    "prompt_tokens_details": {"cached_tokens": 0},
    "completion_tokens_details": {"reasoning_tokens": 0},
}
ENVELOPE: dict[str, Any] = {"id": "chatcmpl-bench", "created": 1_754_500_000, "model": MODEL}


@dataclass(frozen=True, slots=True)
class Manner:
    """How the provider answers: seconds before the first byte, chunks a stream, seconds between two chunks."""

    latency_seconds: float = 0.0
    chunks: int = 200
    gap_seconds: float = 0.0


def answer_of() -> bytes:
    """Return a whole `chat.completion` with its head."""
    message = {"role": "assistant", "content": ANSWER, "refusal": None}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
    return _whole(ENVELOPE | {"object": "chat.completion", "choices": [choice], "usage": USAGE})


def models_of() -> bytes:
    """Return the list of models with its head."""
    return _whole({"object": "list", "data": [{"id": MODEL, "object": "model", "created": 0, "owned_by": "bench"}]})


def stream_of(chunks: int, *, usage: bool) -> tuple[bytes, ...]:
    """Return a stream's parts: head with the first word, one a word, and the end with finish, usage and `[DONE]`."""
    head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
    words = [_chunk({"content": f"{WORD}{number} "}) for number in range(chunks)]
    end = _chunk({}, "stop")
    if usage:
        end += _event(ENVELOPE | {"object": "chat.completion.chunk", "choices": [], "usage": USAGE})
    end += _framed(b"data: [DONE]\n\n") + b"0\r\n\r\n"
    return (head + _chunk({"role": "assistant", "content": ""}) + words[0], *words[1:], end)


def _chunk(delta: dict[str, Any], finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
    return _event(ENVELOPE | {"object": "chat.completion.chunk", "choices": [choice]})


def _event(value: dict[str, Any]) -> bytes:
    return _framed(b"data: " + json.dumps(value, separators=(",", ":")).encode() + b"\n\n")


def _framed(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


def _whole(value: dict[str, Any]) -> bytes:
    body = json.dumps(value, separators=(",", ":")).encode()
    head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    return head.encode() + body
