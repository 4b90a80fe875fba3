"""Bearer tokens as rows; only the SHA-256 of a token's text is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from shared.domain.plans import Plan
from shared.domain.rates import Rate
from shared.store.bots.rows import BotRow


class TokenKind(StrEnum):
    """What a token opens."""

    BOT = "bot"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token to be made; `bot_id` belongs to a bot token and to no other."""

    token_id: UUID
    workspace_id: UUID
    kind: TokenKind
    token_hash: bytes
    last_four: str
    name: str = ""
    bot_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class TokenRow:
    """A token as lists show it."""

    token_id: UUID
    workspace_id: UUID
    kind: TokenKind
    name: str
    last_four: str
    bot_id: UUID | None
    created_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class TokenHolder:
    """Who holds a good token, and what decides a turn at the door: bot, plan, epoch, in one query."""

    token_id: UUID
    workspace_id: UUID
    kind: TokenKind
    plan: Plan
    epoch: int
    bot: BotRow | None
    workspace_rate: Rate | None = None
