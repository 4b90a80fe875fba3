"""The invariants that every run must keep, whatever was done to it. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from services.workers.completion.outcome import DEADLINE_EDGE
from tests.faults.counted import doubled_events, wrong_roll_ups, wrong_tokens
from tests.faults.evidence import ENDED, Evidence

MOST_CALLS_AN_ATTEMPT = 5
"""One, and the short retries that a provider's refusal allows within an attempt."""


class Invariant(StrEnum):
    ENDS = "what was accepted ends, completed or with a reason"
    DEADLINES = "no turn expires before its deadline"
    SAME = "what a client was told is what the store holds"
    ONCE = "one question is one turn"
    ONE_EVENT = "one usage event a turn and attempt, and one that ends the turn"
    TOKENS = "exactly the tokens that the provider reported"
    ROLL_UPS = "roll-ups are the sum of the events"
    QUOTA = "quota used is the turns that keep it"
    COUNTERS = "counters are zero after the drain"
    CALLS = "provider calls are at most the attempts"
    CLAIMED = "no ready turn stays unclaimed"
    VERDICTS = "no key stays suspect"


@dataclass(frozen=True, slots=True)
class Broken:
    """An invariant that does not hold, and the first thing that shows it."""

    invariant: Invariant
    sentence: str


def check(evidence: Evidence, *, unclaimed_limit_seconds: float) -> list[Broken]:
    """Return every broken invariant with what shows it; nothing when all hold."""
    checks: dict[Invariant, Callable[[Evidence], Iterator[str]]] = {
        Invariant.ENDS: _unended,
        Invariant.DEADLINES: _expired_early,
        Invariant.SAME: _told_otherwise,
        Invariant.ONCE: _doubled_turns,
        Invariant.ONE_EVENT: doubled_events,
        Invariant.TOKENS: wrong_tokens,
        Invariant.ROLL_UPS: wrong_roll_ups,
        Invariant.QUOTA: _wrong_quota,
        Invariant.COUNTERS: _left_counters,
        Invariant.CALLS: _surplus_calls,
        Invariant.VERDICTS: lambda found: (f"key {key} is suspect" for key in found.suspect_keys),
    }
    broken = [Broken(name, sentence) for name, look in checks.items() for sentence in look(evidence)]
    if evidence.longest_unclaimed_seconds > unclaimed_limit_seconds:
        sentence = f"{evidence.longest_unclaimed_seconds:.1f} s, at most {unclaimed_limit_seconds:.1f} s"
        broken.append(Broken(Invariant.CLAIMED, sentence))
    return broken


def _unended(evidence: Evidence) -> Iterator[str]:
    held = {turn.turn_id for turn in evidence.turns}
    for seen in evidence.seen:
        if seen.turn_id is not None and seen.turn_id not in held:
            yield f"turn {seen.turn_id} was accepted and is not in the store"
    for turn in evidence.turns:
        if turn.status not in ENDED:
            yield f"turn {turn.turn_id} is still {turn.status}"
        elif turn.status in ("failed", "expired") and not turn.reason:
            yield f"turn {turn.turn_id} {turn.status} without a reason"


def _expired_early(evidence: Evidence) -> Iterator[str]:
    for turn in evidence.turns:
        if turn.early_seconds > DEADLINE_EDGE.total_seconds():
            yield f"turn {turn.turn_id} expired {turn.early_seconds:.1f} s before its deadline"


def _told_otherwise(evidence: Evidence) -> Iterator[str]:
    status = {turn.turn_id: turn.status for turn in evidence.turns}
    for seen in evidence.seen:
        if seen.status in ENDED and status.get(seen.turn_id or "", seen.status) != seen.status:
            yield f"turn {seen.turn_id} was told as {seen.status} and is {status[seen.turn_id or '']}"


def _doubled_turns(evidence: Evidence) -> Iterator[str]:
    for question, turns in Counter(turn.question for turn in evidence.turns).items():
        if turns > 1:
            yield f"{question!r} is {turns} turns"


def _wrong_quota(evidence: Evidence) -> Iterator[str]:
    kept = Counter((turn.workspace_id, turn.quota_month) for turn in evidence.turns if turn.holds_quota)
    for key in kept.keys() | evidence.quota_used.keys():
        if kept[key] != evidence.quota_used.get(key, 0):
            yield f"workspace {key[0]} used {evidence.quota_used.get(key, 0)} and its turns keep {kept[key]}"
    for turn in evidence.turns:
        keeps = turn.status == "completed" or (turn.status in ("failed", "expired") and turn.partial)
        if turn.status in ENDED - {"cancelled"} and turn.holds_quota != keeps:
            yield f"turn {turn.turn_id} {turn.status}, partial {turn.partial}, and holds its message: {turn.holds_quota}"


def _left_counters(evidence: Evidence) -> Iterator[str]:
    for workspace_id, counters in evidence.counters.items():
        if (counters.in_flight, counters.waiting) != (0, 0):
            yield f"workspace {workspace_id} has {counters.in_flight} in flight and {counters.waiting} waiting"


def _surplus_calls(evidence: Evidence) -> Iterator[str]:
    calls = Counter(call.question for call in evidence.calls)
    for turn in evidence.turns:
        most = turn.attempt * (1 if turn.is_calm else MOST_CALLS_AN_ATTEMPT)
        if calls[turn.question] > most:
            yield f"turn {turn.turn_id} of {turn.attempt} attempts made {calls[turn.question]} calls"
