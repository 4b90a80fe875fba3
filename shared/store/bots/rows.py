"""Bots as rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.domain.plans import Plan


@dataclass(frozen=True, slots=True)
class BotRow:
    """A bot. `key_id` names the one key it runs on; None: the workspace's default of the provider."""

    bot_id: UUID
    workspace_id: UUID
    name: str
    model: str
    system_prompt: str | None
    key_id: UUID | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class BotHolder:
    """A bot with what decides its turns at the door, read in one query."""

    workspace_id: UUID
    plan: Plan
    epoch: int
    bot: BotRow


@dataclass(frozen=True, slots=True)
class NewBot:
    """A bot to be made."""

    bot_id: UUID
    workspace_id: UUID
    name: str
    model: str
    system_prompt: str | None = None
    key_id: UUID | None = None
