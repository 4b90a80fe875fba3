"""Anthropic's token figures in our terms: its input figure leaves the cache out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shared.domain.usage import Usage
from shared.providers.wire_values import mapping, token_count


def read_usage(figures: Mapping[str, Any]) -> Usage | None:
    """Return the normalised figures, or None when the provider gave none."""
    if not isinstance(figures.get("input_tokens"), int):
        return None
    cached = token_count(figures, "cache_read_input_tokens")
    written = token_count(figures, "cache_creation_input_tokens")
    return Usage(
        input_tokens=token_count(figures, "input_tokens") + cached + written,
        output_tokens=token_count(figures, "output_tokens"),
        cached_input_tokens=cached,
        cache_write_input_tokens=written,
        reasoning_tokens=token_count(mapping(figures.get("output_tokens_details")), "thinking_tokens"),
    )


def merge_figures(earlier: Mapping[str, Any], later: object) -> dict[str, Any]:
    """Return the stream's figures so far: later ones are cumulative and replace, null ones say nothing."""
    return {**earlier, **{name: value for name, value in mapping(later).items() if value is not None}}
