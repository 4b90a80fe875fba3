"""What another's trouble does to the bystanders: windows are compared with their own calm, over all seeds at once."""

from __future__ import annotations

import pytest

from tests.faults.beside import MOST_SLOWDOWN, Beside, of_bystanders, together
from tests.faults.clients import Timing
from tests.faults.report import is_good
from tests.faults.run import Outcome

EVENLY = [0.1 * number for number in range(1, 21)]


def slowed(times: float) -> Beside:
    return Beside(EVENLY, [seconds * times for seconds in EVENLY])


def test_a_slowdown_is_the_p95_in_trouble_as_a_multiple_of_that_in_calm() -> None:
    assert slowed(3.0).slowdown == pytest.approx(3.0)
    assert Beside().slowdown == 0.0


def test_one_slow_window_among_many_is_the_machines_and_slow_windows_everywhere_are_the_products() -> None:
    noisy = [Outcome(seed, beside=slowed(1.0)) for seed in range(19)] + [Outcome(19, beside=slowed(9.0))]
    slow = [Outcome(seed, beside=slowed(MOST_SLOWDOWN + 0.1)) for seed in range(20)]

    assert is_good(noisy)
    assert not is_good(slow)
    assert together(outcome.beside for outcome in slow).slowdown > MOST_SLOWDOWN


def test_only_bystanders_that_asked_in_the_window_count() -> None:
    timings = [
        Timing("calm", 0.9, 1.0),
        Timing("calm", 1.0, 2.0),
        Timing("troubled", 1.5, 3.0),
        Timing("calm", 2.0, 4.0),
    ]

    assert of_bystanders(timings, 1.0, 2.0) == [2.0]
