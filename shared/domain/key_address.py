"""Where and as whom a key may be used at its provider: fixed regions, ids in their own shapes, never a URL."""

from __future__ import annotations

import re
from collections.abc import Mapping

from shared.domain.key_format import DISPLAY_NAMES

REGIONS = {"openai": ("us", "eu", "ae", "au", "in", "jp"), "anthropic": ("global", "us")}
"""OpenAI: the data residencies that have a host of their own. Anthropic: `inference_geo`, where a model takes it."""

SHAPES = {
    "organization": ("openai", re.compile(r"org-[A-Za-z0-9_-]{1,100}"), "org-..."),
    "project": ("openai", re.compile(r"proj_[A-Za-z0-9_-]{1,100}"), "proj_..."),
    "anthropic_workspace_id": ("anthropic", re.compile(r"wrkspc_[A-Za-z0-9_-]{1,100}"), "wrkspc_..."),
}
"""Whose id a field holds, its shape, and how that is shown."""


def problems_with_address(provider: str, fields: Mapping[str, str | None]) -> dict[str, str]:
    """Return, by field, why this provider's keys cannot have what it holds; empty when they can."""
    if provider not in REGIONS:
        return {}  # the provider itself is refused, and says more
    problems = {"region": _problem_with_region(provider, fields.get("region"))}
    problems |= {field: _problem_with_id(provider, field, fields.get(field)) for field in SHAPES}
    return {field: problem for field, problem in problems.items() if problem is not None}


def _problem_with_region(provider: str, region: str | None) -> str | None:
    if region is None or region in REGIONS[provider]:
        return None
    name, known = DISPLAY_NAMES[provider], ", ".join(REGIONS[provider])
    return f"region is none of {name}'s ({known}); choose one of them or leave it out."


def _problem_with_id(provider: str, field: str, value: str | None) -> str | None:
    owner, shape, shown = SHAPES[field]
    if value is None:
        return None
    if owner != provider:
        return f"{field} belongs to {DISPLAY_NAMES[owner]}'s keys; leave it out for {DISPLAY_NAMES[provider]}."
    return (
        None
        if shape.fullmatch(value)
        else f"{field} must look like {shown}; copy it from {DISPLAY_NAMES[owner]}'s console."
    )
