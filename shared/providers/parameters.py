"""Which of a caller's parameters travel to a model, and under which name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

TRAVELS_AS_IT_IS = "pass"
RENAME = "rename:"


def travelling(rules: Mapping[str, str], parameters: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Split the parameters by the model's rules: those that travel, and the names of the ignored.

    A parameter that is None was not set and counts as neither. Where two travel under one name,
    the one that already bears it wins (`max_tokens` beside `max_completion_tokens`).
    """
    given = {name: value for name, value in parameters.items() if value is not None}
    ignored = tuple(sorted(set(given) - set(rules)))
    renamed = {rules[name].removeprefix(RENAME): value for name, value in given.items() if _renames(rules, name)}
    passed = {name: value for name, value in given.items() if rules.get(name) == TRAVELS_AS_IT_IS}
    return renamed | passed, ignored


def _renames(rules: Mapping[str, str], name: str) -> bool:
    return rules.get(name, "").startswith(RENAME)
