"""Reads JSON that somebody else wrote: what has another shape than expected reads as nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import orjson


def read_json(body: bytes) -> object:
    """Return the JSON; half of a surrogate pair, which only the slower library takes, is no reason to lose an answer.

    Raises:
        ValueError: it is none.

    """
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return json.loads(body)


def read_json_or_text(body: bytes) -> object:
    """Return the JSON, or what is none as text."""
    try:
        return read_json(body)
    except (ValueError, RecursionError):
        return body.decode(errors="replace")


def mapping(value: object) -> Mapping[str, Any]:
    """Return the JSON object, or an empty one."""
    return value if isinstance(value, Mapping) else {}


def first(value: object) -> Mapping[str, Any]:
    """Return the first JSON object of a list, or an empty one."""
    return mapping(value[0]) if isinstance(value, Sequence) and not isinstance(value, str) and value else {}


def text(fields: Mapping[str, Any], name: str) -> str | None:
    """Return a field that holds text, else None."""
    value = fields.get(name)
    return value if isinstance(value, str) else None


def token_count(figures: Mapping[str, Any], name: str) -> int:
    """Return a figure of tokens; a missing, null or negative one is 0."""
    figure = figures.get(name)
    return max(figure, 0) if isinstance(figure, int) else 0
