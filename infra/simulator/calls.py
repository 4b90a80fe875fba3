"""What the simulator was asked: counts per key and model, and the latest calls in full."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

KEPT_CALLS = 1000


@dataclass(slots=True)
class Call:
    """One request to a provider's API, with the id and tokens that its answer reported; `peer` is the caller's socket."""

    provider: str
    kind: str
    key: str
    model: str | None
    path: str
    headers: Mapping[str, str]
    body: dict[str, Any]
    peer: tuple[Any, ...] | None = None
    input_tokens: int = 0
    output_tokens: int = 0
    request_id: str = ""


@dataclass(slots=True)
class CallLog:
    """Counts all calls and keeps the latest ones."""

    latest: deque[Call] = field(default_factory=lambda: deque(maxlen=KEPT_CALLS))
    by_key: Counter[str] = field(default_factory=Counter)
    by_key_and_model: Counter[tuple[str, str | None]] = field(default_factory=Counter)
    input_tokens: Counter[str] = field(default_factory=Counter)
    output_tokens: Counter[str] = field(default_factory=Counter)

    def note(self, call: Call) -> None:
        """Count a call as it arrives."""
        self.latest.append(call)
        self.by_key[call.key] += 1
        self.by_key_and_model[call.key, call.model] += 1

    def note_usage(self, call: Call, *, input_tokens: int, output_tokens: int) -> None:
        """Add the tokens that the answer is about to report."""
        call.input_tokens, call.output_tokens = input_tokens, output_tokens
        self.input_tokens[call.key] += input_tokens
        self.output_tokens[call.key] += output_tokens

    def to_primitives(self) -> dict[str, Any]:
        """Return the counts; keys by their last 8 characters only."""
        rows = [
            {"key": key[-8:], "model": model, "calls": calls}
            for (key, model), calls in sorted(self.by_key_and_model.items(), key=str)
        ]
        tokens = {"input_tokens": self.input_tokens.total(), "output_tokens": self.output_tokens.total()}
        return {"calls": self.by_key.total(), "rows": rows, **tokens}
