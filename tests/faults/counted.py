"""The invariants of what was counted: events, tokens and roll-ups. Pure; `checker.py` names them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator

from tests.faults.evidence import ENDED, Call, Event, Evidence, Figures, RollUpKey, Turn


def doubled_events(evidence: Evidence) -> Iterator[str]:
    """Name turns with more than one event an attempt, or not exactly one that ends them."""
    events = _by_turn(evidence)
    for turn in evidence.turns:
        attempts = Counter(event.attempt for event in events[turn.turn_id])
        if any(times > 1 for times in attempts.values()) or any(attempt > turn.attempt for attempt in attempts):
            yield f"turn {turn.turn_id} of {turn.attempt} attempts has events of {dict(attempts)}"
        ends = sum(event.ends_turn for event in events[turn.turn_id])
        if ends != (turn.status in ENDED):
            yield f"turn {turn.turn_id} is {turn.status} and {ends} events end it"


def wrong_tokens(evidence: Evidence) -> Iterator[str]:
    """Name turns whose events are not what the simulator answered."""
    calls = {call.request_id: call for call in evidence.calls}
    events, answered = _by_turn(evidence), _answered(evidence)
    for turn in evidence.turns:
        of_turn = events[turn.turn_id]
        yield from _misreported(turn, of_turn, calls)
        reported = [event for event in of_turn if event.kind == "exact" and any(event.tokens)]
        guessed = sum(event.kind != "exact" for event in of_turn)
        if len(reported) + guessed < answered[turn.question]:
            yield f"turn {turn.turn_id} was answered {answered[turn.question]} times, {len(reported)} are counted"
        if len({event.request_id for event in reported}) < len(reported):
            yield f"turn {turn.turn_id} counts one answer twice"
        unreported = [event for event in of_turn if event.kind != "exact" and not event.gave_up]
        if turn.status == "completed" and any(event.ends_turn for event in unreported):
            yield f"turn {turn.turn_id} completed and its figures are not the provider's"
        unknown = sum(event.kind == "unknown" for event in unreported)
        if turn.is_calm and unknown > turn.crashes:
            yield f"turn {turn.turn_id} lost the figures of {unknown} calls and crashed {turn.crashes} times"


def _misreported(turn: Turn, events: list[Event], calls: dict[str, Call]) -> Iterator[str]:
    for event in events:
        if event.kind != "exact" or not any(event.tokens):
            continue
        call = calls.get(event.request_id or "")
        if call is None or call.question != turn.question:
            yield f"turn {turn.turn_id}, attempt {event.attempt}: {event.request_id} is no call of its own"
        elif call.tokens != event.tokens:
            yield f"turn {turn.turn_id}, attempt {event.attempt}: {event.tokens} for {call.tokens}"


def _answered(evidence: Evidence) -> Counter[str]:
    return Counter(call.question for call in evidence.calls if call.tokens is not None)


def _by_turn(evidence: Evidence) -> defaultdict[str, list[Event]]:
    found = defaultdict(list)
    for event in evidence.events:
        found[event.turn_id].append(event)
    return found


GROUPS: dict[str, Callable[[RollUpKey], tuple[str | None, ...]]] = {
    "usage_daily": tuple,
    "usage_daily_all_bots": lambda key: (key.workspace_id, key.day, key.model, key.provider, key.key_id),
    "usage_monthly": lambda key: (*(key.workspace_id, key.day[:7], key.bot_id, key.model, key.provider, key.key_id),),
}
"""By what each roll-up groups its events; a month is written as its first seven characters."""


def wrong_roll_ups(evidence: Evidence) -> Iterator[str]:
    """Name rows of the roll-ups that are not the sum of their events."""
    for name, group_of in GROUPS.items():
        sums: dict[tuple[str | None, ...], Figures] = {}
        for event in evidence.events:
            own = (int(event.ends_turn), int(event.ends_turn and event.failed), *event.tokens)
            before = sums.get(group_of(event.key), Figures(0, 0, 0, 0))
            sums[group_of(event.key)] = Figures(*(a + b for a, b in zip(before, own, strict=True)))
        held = evidence.roll_ups.get(name, {})
        for key in sums.keys() | held.keys():
            says, is_sum = held.get(key, Figures(0, 0, 0, 0)), sums.get(key, Figures(0, 0, 0, 0))
            if says != is_sum:
                yield f"{name} {key} says {says}, its events {is_sum}"
