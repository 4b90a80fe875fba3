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


def problem_with_address(provider: str, fields: Mapping[str, str | None]) -> tuple[str, str] | None:
    """Return the first field that this provider's keys cannot have, and the sentence that says so."""
    if provider not in REGIONS:
        return None  # the provider itself is refused, and says more
    region = fields.get("region")
    if region is not None and region not in REGIONS[provider]:
        name, known = DISPLAY_NAMES[provider], ", ".join(REGIONS[provider])
        return "region", f"region is none of {name}'s ({known}); choose one of them or leave it out."
    for field, (owner, shape, shown) in SHAPES.items():
        value = fields.get(field)
        if value is None:
            continue
        if owner != provider:
            return (
                field,
                f"{field} belongs to {DISPLAY_NAMES[owner]}'s keys; leave it out for {DISPLAY_NAMES[provider]}.",
            )
        if not shape.fullmatch(value):
            return field, f"{field} must look like {shown}; copy it from {DISPLAY_NAMES[owner]}'s console."
    return None
