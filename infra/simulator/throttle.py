"""Limits that are real: calls of a key that are in flight, and calls of a key in a second."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic

from infra.simulator.behaviour import Behaviour

RETRY_SECONDS = 0.1
"""What a call beyond the number in flight is told to wait: somebody will be done soon."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a key's limit is, what is left of it, and when it is whole again; `refused` calls are answered with 429."""

    limit: int
    remaining: int
    reset_seconds: float
    refused: bool = False
    retry_seconds: float = 0.0


@dataclass(slots=True)
class _Bucket:
    """A second's calls, filled continuously as the providers do it."""

    calls: float
    at: float


@dataclass(slots=True)
class Throttle:
    """Counts each key's calls and refuses those beyond its limits; `clock` answers seconds."""

    clock: Callable[[], float] = monotonic
    in_flight: Counter[str] = field(default_factory=Counter)
    most_in_flight: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    _buckets: dict[str, _Bucket] = field(default_factory=dict)

    def enter(self, key: str, behaviour: Behaviour) -> Allowance | None:
        """Take a call in, or refuse it; None for a key without limits. Whoever is not refused leaves."""
        allowance = self._judge(key, behaviour)
        if allowance is not None and allowance.refused:
            self.refused[key] += 1
        else:
            self.in_flight[key] += 1
            self.most_in_flight[key] = max(self.most_in_flight[key], self.in_flight[key])
        return allowance

    def leave(self, key: str) -> None:
        """Note that a call that was taken in is over."""
        self.in_flight[key] -= 1

    def _judge(self, key: str, behaviour: Behaviour) -> Allowance | None:
        limit = behaviour.most_in_flight
        if limit and self.in_flight[key] >= limit:
            return Allowance(limit, 0, RETRY_SECONDS, refused=True, retry_seconds=RETRY_SECONDS)
        if behaviour.calls_per_second:
            return self._draw(key, behaviour.calls_per_second)
        return Allowance(limit, limit - self.in_flight[key] - 1, 0.0) if limit else None

    def _draw(self, key: str, per_second: int) -> Allowance:
        now = self.clock()
        bucket = self._buckets.setdefault(key, _Bucket(per_second, now))
        bucket.calls = min(per_second, bucket.calls + (now - bucket.at) * per_second)
        bucket.at = now
        if bucket.calls < 1:
            retry_seconds = (1 - bucket.calls) / per_second
            return Allowance(per_second, 0, (per_second - bucket.calls) / per_second, True, retry_seconds)
        bucket.calls -= 1
        return Allowance(per_second, int(bucket.calls), (per_second - bucket.calls) / per_second)
