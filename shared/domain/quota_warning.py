"""The sentence that warns a workspace before its messages of the month are used (requirement S8)."""

from __future__ import annotations

from datetime import datetime

WARNING_PERCENT = 80


def quota_warning(used: int, limit: int, resets_at: datetime) -> str | None:
    """Return the warning from 80 % of the limit on, else None."""
    if used * 100 < limit * WARNING_PERCENT:
        return None
    renewed = f"they are renewed on {resets_at:%d %b %Y} (UTC)"
    if used >= limit:
        return f"All {limit} messages of this month are used; {renewed}, or upgrade the plan."
    return f"{used} of this month's {limit} messages are used ({used * 100 // limit} %); {renewed}."
