"""What wrk printed, read: pure."""

from __future__ import annotations

import json
from dataclasses import dataclass

from tests.bench.figures import NoFigureError

SAMPLE_LENGTH = 200


@dataclass(frozen=True, slots=True)
class WholeReplies:
    """A run without one wrong answer."""

    requests: int
    per_second: float
    p50_ms: float
    p95_ms: float
    p99_ms: float


def read_wrk(output: str) -> WholeReplies:
    """Return the run's figures.

    Raises:
        NoFigureError: wrk printed no result, nothing was answered, or an answer was wrong, lost or late.

    """
    lines = output.splitlines()
    result = next((line.removeprefix("RESULT ") for line in lines if line.startswith("RESULT ")), None)
    if result is None:
        raise NoFigureError(f"wrk gave no result: {' '.join(output.split())[-SAMPLE_LENGTH:] or 'it printed nothing'}")
    values = json.loads(result)
    _refuse_failures(values, next((line for line in lines if line.startswith("WRONG ")), ""))
    return WholeReplies(
        requests=values["requests"],
        per_second=values["requests"] / values["microseconds"] * 1e6,
        p50_ms=values["p50"] / 1000,
        p95_ms=values["p95"] / 1000,
        p99_ms=values["p99"] / 1000,
    )


def _refuse_failures(values: dict[str, int], sample: str) -> None:
    if values["wrong"]:
        first = sample.removeprefix("WRONG ")[:SAMPLE_LENGTH]
        raise NoFigureError(f"{values['wrong']} of {values['requests']} answers were wrong, the first: {first}")
    lost = values["socket_errors"] + values["timeouts"]
    if lost:
        raise NoFigureError(f"{lost} requests were lost or not answered in time.")
    if not values["requests"]:
        raise NoFigureError("Nothing was answered within the run.")
