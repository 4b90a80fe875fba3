"""What the generator found counts only when all of it was right."""

from __future__ import annotations

import pytest

from tests.bench.figures import NoFigureError
from tests.bench.load.generate import checked
from tests.bench.load.job import Found, Job, job_of
from tests.bench.load.percentiles import percentile


def test_a_job_survives_its_way_to_the_generator() -> None:
    job = Job(8080, ("POST / HTTP/1.1\r\n\r\n",), "word", times=200, clients=16, requests=32, spread_seconds=4.0)

    assert job_of(job.to_json()) == job


def test_right_answers_are_counted_by_the_second() -> None:
    found = checked(Found(first_ms=[1.0, 2.0], whole_ms=[3.0, 4.0], seconds=0.5))

    assert found.per_second == 4.0


def test_one_failure_spoils_all_and_is_shown() -> None:
    with pytest.raises(NoFigureError, match="1 of 3 answers were wrong, the first: HTTP"):
        checked(Found(whole_ms=[1.0, 2.0], failures=["HTTP/1.1 500 Int ... Something went wrong"]))


def test_nothing_answered_is_no_figure() -> None:
    with pytest.raises(NoFigureError, match="Nothing was answered"):
        checked(Found())


@pytest.mark.parametrize(("percent", "value"), [(0, 1.0), (50, 51.0), (99, 100.0), (100, 100.0)])
def test_percentiles_of_one_to_a_hundred(percent: float, value: float) -> None:
    assert percentile([float(number) for number in range(100, 0, -1)], percent) == value


def test_there_is_no_percentile_of_nothing() -> None:
    with pytest.raises(NoFigureError, match="Nothing was answered"):
        percentile([], 50)
