"""OpenAI's token figures in our terms: its prompt figure already includes the cache."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shared.domain.usage import Usage
from shared.providers.wire_values import mapping, token_count


def read_usage(usage: object) -> Usage | None:
    """Return the normalised figures, or None when the provider gave none."""
    figures: Mapping[str, Any] = mapping(usage)
    if not isinstance(figures.get("prompt_tokens"), int):
        return None
    prompt_details = mapping(figures.get("prompt_tokens_details"))
    output_details = mapping(figures.get("completion_tokens_details"))
    return Usage(
        input_tokens=token_count(figures, "prompt_tokens"),
        output_tokens=token_count(figures, "completion_tokens"),
        cached_input_tokens=token_count(prompt_details, "cached_tokens"),
        cache_write_input_tokens=token_count(prompt_details, "cache_write_tokens"),
        reasoning_tokens=token_count(output_details, "reasoning_tokens"),
    )
