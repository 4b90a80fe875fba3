"""What a chat caller reads, in OpenAI's form; pure."""

from __future__ import annotations

from typing import Any

from shared.domain.sources import write_sources
from shared.domain.turn_result import TurnError, TurnResult
from shared.domain.usage import Usage
from shared.replies.reply_text import visible_text


def chat_body(result: TurnResult, created: int) -> dict[str, Any]:
    """Return a whole chat completion; a provider's failure is an answer too (S9)."""
    return {
        "id": f"chatcmpl-{result.turn_id}",
        "object": "chat.completion",
        "created": created,
        "model": result.model,
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": visible_text(result), "refusal": None},
                "logprobs": None,
                "finish_reason": finish_reason(result),
            }
        ],
        "usage": usage_body(result.usage),
        "mevichat": mevichat_body(result),
    }


def finish_reason(result: TurnResult) -> str:
    """Return OpenAI's word for why the text ends."""
    return result.finish_reason or "stop"


def mevichat_body(result: TurnResult) -> dict[str, Any]:
    """Return what OpenAI's form has no place for."""
    return {
        "turn_id": result.turn_id,
        "status": result.status,
        "error": None if result.error is None else error_body(result.error),
        "ignored_parameters": dict(result.ignored_parameters),
        "cached": result.cached,
        "sources": write_sources(result.sources),
    }


def error_body(error: TurnError) -> dict[str, Any]:
    """Return why a turn failed; `reason` is for the bot's owner, never for the end user."""
    return {"type": error.type, "reason": error.reason, "retryable": error.retryable}


def usage_body(usage: Usage) -> dict[str, Any]:
    """Return tokens in OpenAI's names."""
    return {
        "prompt_tokens": usage.input_tokens,
        "completion_tokens": usage.output_tokens,
        "total_tokens": usage.input_tokens + usage.output_tokens,
        "prompt_tokens_details": {"cached_tokens": usage.cached_input_tokens},
        "completion_tokens_details": {"reasoning_tokens": usage.reasoning_tokens},
    }
