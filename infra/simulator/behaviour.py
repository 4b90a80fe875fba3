"""How one key behaves: its scenario and its knobs, read from the key's own text or set by an admin call."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields, replace

SIMULATOR_KEY = re.compile(r"^sk-(?:ant-)?sim-(?P<words>[A-Za-z0-9_.]+)(?:-.*)?$")
KNOB = re.compile(r"^(?P<name>[a-z]+)(?P<value>[0-9]+)$")


class UnknownScenarioError(ValueError):
    """Raised when a scenario or knob of that name does not exist."""


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What a key's calls meet.

    `delay_ms` before the answer, `chunk_delay_ms` between streamed chunks, `chunks` (0: one a
    word), `split_bytes` (0: whole events) cuts a stream into pieces of that size whatever they
    cut through, `fail_first` meets the scenario only so many times and then succeeds,
    `missing_models` answer "model not found", `only_models` alone meet the scenario (none: all do). More calls at
    once than `most_in_flight`, or more than `calls_per_second`, meet the provider's own 429 (0: no limit).
    `echoes_key`: error messages begin with the whole key, as no provider should write them.
    """

    scenario: str = "ok"
    delay_ms: int = 0
    chunk_delay_ms: int = 0
    chunks: int = 0
    split_bytes: int = 0
    fail_first: int = 0
    most_in_flight: int = 0
    calls_per_second: int = 0
    missing_models: tuple[str, ...] = ()
    only_models: tuple[str, ...] = ()
    echoes_key: bool = False

    def changed(self, **values: object) -> Behaviour:
        """Return a copy with these fields; an unknown field raises UnknownScenarioError."""
        unknown = sorted(set(values) - {each.name for each in fields(self)})
        if unknown:
            message = f"{unknown[0]} is not a knob"
            raise UnknownScenarioError(message)
        return replace(self, **values)  # type: ignore[arg-type]


KNOBS = {
    "delay": "delay_ms",
    "chunkdelay": "chunk_delay_ms",
    "chunks": "chunks",
    "split": "split_bytes",
    "failfirst": "fail_first",
    "inflight": "most_in_flight",
    "rps": "calls_per_second",
    "echo": "echoes_key",
}


def behaviour_of(key: str) -> Behaviour | None:
    """Read the behaviour that a key spells, or None for a key that no provider would know.

    The words between `sk-sim-` (or `sk-ant-sim-`) and the next dash, joined by dots: at most one
    scenario, any knobs with their number. `sk-sim-delay50.chunks200-x`, `sk-ant-sim-overloaded.failfirst2-x`.
    """
    match = SIMULATOR_KEY.match(key)
    if match is None:
        return None
    return _from_words(match["words"].split("."))


def _from_words(words: list[str]) -> Behaviour:
    behaviour = Behaviour()
    for word in words:
        knob = KNOB.match(word)
        if knob and knob["name"] in KNOBS:
            behaviour = behaviour.changed(**{KNOBS[knob["name"]]: int(knob["value"])})
        else:
            behaviour = behaviour.changed(scenario=word)
    return behaviour
