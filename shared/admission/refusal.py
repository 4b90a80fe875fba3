"""Why a request is not accepted: a closed set, one sentence each."""

from __future__ import annotations

from dataclasses import dataclass

from shared.domain.refusal_code import RefusalCode
from shared.limits.rate_values import RateStanding

RETRY_AFTER_SECONDS = {RefusalCode.TOO_MANY_WAITING: 5, RefusalCode.BACKLOG_FULL: 5, RefusalCode.UNAVAILABLE: 1}
"""After how long the same request may be accepted; a rate's refusal knows that by itself."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """The answer to a request that was not accepted; nothing of it is kept.

    Of one that came too fast, `rate` is the standing of what refused it.
    """

    code: RefusalCode
    message: str
    param: str | None = None
    rate: RateStanding | None = None
    retry_after_seconds: int | None = None

    @property
    def passes_after_seconds(self) -> int | None:
        """Return when to come again; None where waiting for moments does not help."""
        return self.retry_after_seconds or RETRY_AFTER_SECONDS.get(self.code)


QUOTA_EXCEEDED = Refusal(
    RefusalCode.QUOTA_EXCEEDED,
    "This workspace has used its messages of the month; they are renewed on the first (UTC), or upgrade the plan.",
)
TOO_MANY_WAITING = Refusal(
    RefusalCode.TOO_MANY_WAITING,
    "Too many messages of this workspace already wait for their turn; try again in a moment.",
)
BACKLOG_FULL = Refusal(
    RefusalCode.BACKLOG_FULL,
    "More messages wait in this installation than it can answer soon; try again in a few seconds.",
)
IDEMPOTENCY_CONFLICT = Refusal(
    RefusalCode.IDEMPOTENCY_CONFLICT,
    "This Idempotency-Key was used with another body; use a new key for a new request.",
    "Idempotency-Key",
)
TOKEN_REFUSED = Refusal(
    RefusalCode.INVALID_API_KEY,
    "This bot token is unknown or was revoked; ask the bot's owner for a good one.",
)
UNAVAILABLE = Refusal(RefusalCode.UNAVAILABLE, "The service cannot take messages right now; try again in a moment.")
CONFIGURATION_UNSTEADY = Refusal(
    RefusalCode.UNAVAILABLE,
    "The workspace's configuration is being changed; try again in a moment.",
)
