"""What the fields of a request may hold, whichever door it comes through: one sentence for what they may not; pure."""

from __future__ import annotations

from typing import Any

from shared.domain.text_rules import storable_text_problem

LONGEST_CONVERSATION_ID = 128
LONGEST_USER_ID = 256
LONGEST_MODEL_ID = 256
LONGEST_IDEMPOTENCY_KEY = 255
ROLES = {"system": "system", "developer": "system", "user": "user", "assistant": "assistant"}
"""The roles of messages as callers name them, and as a turn keeps them."""


def problem_with_id(name: str, value: Any, longest: int) -> str | None:
    """Return why the value cannot be an id or a name, or None when it can."""
    if not isinstance(value, str) or not value:
        return f"{name} must be a text that is not empty."
    if len(value) > longest:
        return f"{name} is longer than {longest} characters; shorten it."
    if not value.isprintable() or storable_text_problem(value):
        return f"{name} contains control characters; remove them."
    return None


def problem_with_text(name: str, value: Any) -> str | None:
    """Return why the value cannot be a message's text, or None when it can."""
    if not isinstance(value, str) or not value.strip():
        return f"{name} must be a text that is not empty."
    problem = storable_text_problem(value)
    return None if problem is None else f"{name} {problem}; remove it."
