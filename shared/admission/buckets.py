"""Which rates a request counts under, and what one reads that came too fast; pure."""

from __future__ import annotations

import hashlib

from shared.admission.holder import Holder
from shared.admission.refusal import Refusal
from shared.domain.rates import RateScope
from shared.domain.refusal_code import RefusalCode
from shared.limits.rate_values import Bucket, TooFast
from shared.store.bots.rows import BotRow


def buckets_of(holder: Holder, bot: BotRow, end_user: str | None) -> tuple[Bucket, ...]:
    """Return the buckets that a message of this end user to this bot is taken from; empty where nothing is limited.

    Who names no end user is counted under the bot's and the workspace's rates alone. An end user is counted for each
    bot apart, under a hash: Redis holds no name.
    """
    place = f"mevichat:rate:{{{holder.workspace_id}}}"  # the braces keep a workspace's buckets on one node
    buckets = []
    if bot.user_rate is not None and end_user is not None:
        name = hashlib.sha256(end_user.encode()).hexdigest()[:32]
        buckets.append(Bucket(RateScope.END_USER, f"{place}:user:{bot.bot_id}:{name}", bot.user_rate))
    if bot.rate is not None:
        buckets.append(Bucket(RateScope.BOT, f"{place}:bot:{bot.bot_id}", bot.rate))
    if holder.workspace_rate is not None:
        buckets.append(Bucket(RateScope.WORKSPACE, f"{place}:all", holder.workspace_rate))
    return tuple(buckets)


def refusal_of(too_fast: TooFast) -> Refusal:
    """Return the refusal that names the rate, and when a message may come again."""
    bucket, seconds = too_fast.bucket, too_fast.retry_after_seconds
    sentence = (
        f"Too many messages for this {bucket.scope}: its limit here is {bucket.rate.per_minute} a minute, "
        f"{bucket.rate.burst} at once; try again in {seconds} second{'' if seconds == 1 else 's'}."
    )
    return Refusal(
        RefusalCode.RATE_LIMIT_EXCEEDED,
        sentence,
        rate=too_fast.standing,
        retry_after_seconds=too_fast.retry_after_seconds,
    )
