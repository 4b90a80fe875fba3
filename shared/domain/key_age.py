"""When a key's text is old enough to be replaced."""

from __future__ import annotations

from datetime import datetime, timedelta


def is_due_for_rotation(rotated_at: datetime, *, now: datetime, rotation_days: int) -> bool:
    """Tell whether a text that was put in place at `rotated_at` is older than so many days."""
    return now - rotated_at > timedelta(days=rotation_days)
