"""What wrk printed becomes figures, or the reason why there are none."""

from __future__ import annotations

import pytest

from tests.bench.figures import NoFigureError
from tests.bench.load.wrk_output import read_wrk

HEAD = "Running 10s test @ http://127.0.0.1:1/\n  1 threads and 64 connections\n"


def _result(requests: int = 5_000, wrong: int = 0, socket_errors: int = 0, timeouts: int = 0) -> str:
    return (
        f'{HEAD}RESULT {{"requests": {requests}, "microseconds": 10000000, "wrong": {wrong}, '
        f'"socket_errors": {socket_errors}, "timeouts": {timeouts}, "p50": 1500, "p95": 4250, "p99": 98000}}\n'
    )


def test_a_run_without_failures_has_its_rate_and_latencies_in_milliseconds() -> None:
    run = read_wrk(_result())

    assert (run.requests, run.per_second) == (5_000, 500.0)
    assert (run.p50_ms, run.p95_ms, run.p99_ms) == (1.5, 4.25, 98.0)


def test_one_wrong_answer_spoils_the_run_and_is_shown() -> None:
    with pytest.raises(NoFigureError, match="1 of 5000 answers were wrong, the first: 500 Something went wrong"):
        read_wrk("WRONG 500 Something went wrong\n" + _result(wrong=1))


@pytest.mark.parametrize("lost", [{"socket_errors": 3}, {"timeouts": 3}])
def test_lost_and_late_requests_spoil_the_run(lost: dict[str, int]) -> None:
    with pytest.raises(NoFigureError, match="3 requests were lost"):
        read_wrk(_result(**lost))


def test_a_run_in_which_nothing_was_answered_has_no_figure() -> None:
    with pytest.raises(NoFigureError, match="Nothing was answered"):
        read_wrk(_result(requests=0))


def test_wrk_that_could_not_run_is_quoted() -> None:
    with pytest.raises(NoFigureError, match="Connection refused"):
        read_wrk("unable to connect to 127.0.0.1:1 Connection refused\n")
