"""What the generator process is told, and what it tells: values that travel as JSON."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field


@dataclass(frozen=True, slots=True)
class Job:
    """A closed loop: so many clients, each sends its next request when the last was answered.

    It ends after `seconds`, or after `requests` when that is given; what is under way then is still waited for. An
    answer is right when it holds `expected` exactly `times` times. The clients begin spread over `spread_seconds`.
    """

    port: int
    requests_in_turn: tuple[str, ...]
    expected: str
    times: int = 1
    clients: int = 1
    seconds: float = 0.0
    requests: int | None = None
    spread_seconds: float = 0.0
    patience_seconds: float = 120.0

    def to_json(self) -> bytes:
        """Return the bytes that go to the generator's standard input."""
        return json.dumps(asdict(self)).encode()


@dataclass(slots=True)
class Found:
    """Latencies of right answers: to the first occurrence of the expected text, and to the end; and all that failed."""

    first_ms: list[float] = field(default_factory=list)
    whole_ms: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    """The generator's own, which is nobody's cost."""

    @property
    def per_second(self) -> float:
        """Return right answers per second."""
        return len(self.whole_ms) / self.seconds


def job_of(text: bytes) -> Job:
    """Return what `Job.to_json` wrote."""
    fields = json.loads(text)
    return Job(**fields | {"requests_in_turn": tuple(fields["requests_in_turn"])})


def found_of(text: bytes) -> Found:
    """Return what the generator printed."""
    return Found(**json.loads(text))
