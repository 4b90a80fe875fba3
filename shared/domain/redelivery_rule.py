"""Whether and when a notice that did not arrive is sent again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.domain.notices import DeliveryError
from shared.domain.retry_rule import GiveUp, RetryAt

GROWTH = 4


@dataclass(frozen=True, slots=True)
class RedeliveryPolicy:
    """How patient we are with a receiver: first a pause of seconds, later of hours, for about a day."""

    first_delay_seconds: float = 5.0
    longest_delay_seconds: float = 7_200.0
    give_up_seconds: float = 86_400.0


def decide_redelivery(
    error: DeliveryError,
    *,
    attempts: int,
    noticed_at: datetime,
    policy: RedeliveryPolicy,
    now: datetime,
) -> RetryAt | GiveUp:
    """Return when to send again after so many failed attempts (1 or more), or that nobody will."""
    if error.is_final:
        return GiveUp()
    at = now + timedelta(seconds=_delay_seconds(attempts, policy))
    return RetryAt(at) if at <= noticed_at + timedelta(seconds=policy.give_up_seconds) else GiveUp()


def _delay_seconds(attempts: int, policy: RedeliveryPolicy) -> float:
    # a power that would be astronomic is cut before it is computed
    return float(min(policy.first_delay_seconds * GROWTH ** min(attempts - 1, 32), policy.longest_delay_seconds))
