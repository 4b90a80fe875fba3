"""What goes into and comes out of the rates of messages."""

from __future__ import annotations

from dataclasses import dataclass

from shared.domain.rates import Rate, RateScope


@dataclass(frozen=True, slots=True)
class Bucket:
    """Messages of one owner, taken from Redis under `name`."""

    scope: RateScope
    name: str
    rate: Rate


@dataclass(frozen=True, slots=True)
class RateStanding:
    """How the tightest of a request's buckets stands: of `limit` messages so many `remaining`, full again in `reset_seconds`."""

    scope: RateScope
    limit: int
    remaining: int
    reset_seconds: int


@dataclass(frozen=True, slots=True)
class TooFast:
    """A bucket is empty: nothing was taken, and a message will be there in `retry_after_seconds`, at least 1."""

    bucket: Bucket
    standing: RateStanding
    retry_after_seconds: int
