"""What a change really changes: what is as it was leaves no trace."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def differing_of(before: Any, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the changes that differ from the row `before` them; all of them where there is none."""
    return {name: value for name, value in changes.items() if before is None or getattr(before, name) != value}
