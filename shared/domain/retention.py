"""For how long a workspace keeps what was said."""

from __future__ import annotations

from typing import Final

MOST_RETENTION_DAYS: Final = 3_650
"""Ten years; who wants more sets nothing and keeps it for ever."""
