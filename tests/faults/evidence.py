"""What is known once a run has been drained: what clients saw, what the store holds, what the simulator answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

ENDED = frozenset({"completed", "failed", "cancelled", "expired"})


@dataclass(frozen=True, slots=True)
class Seen:
    """One question as its client saw it: `turn_id` once the product had said it was accepted, `status` as it was told."""

    question: str
    turn_id: str | None = None
    status: str | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """A turn's row.

    `is_calm`: its provider answers every call at once or with a limit, so that no call is repeated. `early_seconds`:
    how long before its deadline a turn expired, by PostgreSQL's clock; 0 for every other turn.
    """

    turn_id: str
    workspace_id: str
    question: str
    status: str
    attempt: int
    crashes: int
    reason: str | None
    partial: bool
    quota_month: str
    holds_quota: bool
    is_calm: bool = True
    early_seconds: float = 0.0


class Tokens(NamedTuple):
    input: int
    output: int


class RollUpKey(NamedTuple):
    workspace_id: str
    day: str
    bot_id: str
    model: str
    provider: str
    key_id: str | None


@dataclass(frozen=True, slots=True)
class Event:
    """A usage event; `request_id` is the provider's. `gave_up`: its call was ended by its time limit, answer or not."""

    turn_id: str
    attempt: int
    kind: str
    ends_turn: bool
    failed: bool
    tokens: Tokens
    request_id: str | None
    key: RollUpKey
    gave_up: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """A call that the simulator saw; `tokens` are those that its answer reported, none for a call that had none."""

    question: str
    request_id: str
    tokens: Tokens | None


class Figures(NamedTuple):
    turns: int
    failed: int
    input: int
    output: int


@dataclass(frozen=True, slots=True)
class Counters:
    in_flight: int
    waiting: int


@dataclass(frozen=True, slots=True)
class Evidence:
    """A whole run. `roll_ups`: by the roll-up's name, then by what it groups by (None where it does not)."""

    seen: tuple[Seen, ...]
    turns: tuple[Turn, ...]
    events: tuple[Event, ...]
    calls: tuple[Call, ...]
    roll_ups: dict[str, dict[tuple[str | None, ...], Figures]]
    quota_used: dict[tuple[str, str], int]
    counters: dict[str, Counters]
    suspect_keys: tuple[str, ...] = ()
    longest_unclaimed_seconds: float = 0.0
    """The longest that a ready turn stood unclaimed while everything was up."""
