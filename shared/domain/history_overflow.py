"""What becomes of a conversation's oldest exchanges once they no longer fit."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

MOST_HISTORY_TOKENS: Final = 100_000
"""The most that a bot may ask for: half of the smallest context of a model with a key."""


class HistoryOverflow(StrEnum):
    """A bot's choice: `drop` leaves them out, `summarise` keeps the first sentence of each as far as a quarter goes."""

    DROP = "drop"
    SUMMARISE = "summarise"
