"""Bots as rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.domain.history_overflow import HistoryOverflow
from shared.domain.languages import AUTO
from shared.domain.plans import Plan
from shared.domain.rates import Rate, rate_of


@dataclass(frozen=True, slots=True)
class BotRow:
    """A bot. `key_id` names the one key it runs on; None: the workspace's default of the provider.

    An answer is kept for `cache_seconds`, 0: not at all. The rates are None where none is set. `history_tokens` is what
    the past may take of a prompt, None: the platform's setting; `history_overflow` what becomes of the rest.
    `language`: in which its documents are searched (shared/domain/languages.py).
    """

    bot_id: UUID
    workspace_id: UUID
    name: str
    model: str
    system_prompt: str | None
    key_id: UUID | None
    created_at: datetime
    rate_per_minute: int | None = None
    rate_burst: int | None = None
    user_rate_per_minute: int | None = None
    user_rate_burst: int | None = None
    cache_seconds: int = 0
    history_tokens: int | None = None
    history_overflow: HistoryOverflow = HistoryOverflow.DROP
    language: str = AUTO

    @property
    def rate(self) -> Rate | None:
        """Return how many messages may come to the bot."""
        return rate_of(self.rate_per_minute, self.rate_burst)

    @property
    def user_rate(self) -> Rate | None:
        """Return how many messages may come to the bot from one end user."""
        return rate_of(self.user_rate_per_minute, self.user_rate_burst)


@dataclass(frozen=True, slots=True)
class BotHolder:
    """A bot with what decides its turns at the door, read in one query."""

    workspace_id: UUID
    plan: Plan
    epoch: int
    bot: BotRow
    workspace_rate: Rate | None = None


@dataclass(frozen=True, slots=True)
class NewBot:
    """A bot to be made."""

    bot_id: UUID
    workspace_id: UUID
    name: str
    model: str
    system_prompt: str | None = None
    key_id: UUID | None = None
    rate_per_minute: int | None = None
    rate_burst: int | None = None
    user_rate_per_minute: int | None = None
    user_rate_burst: int | None = None
    cache_seconds: int = 0
    history_tokens: int | None = None
    history_overflow: HistoryOverflow = HistoryOverflow.DROP
    language: str = AUTO
