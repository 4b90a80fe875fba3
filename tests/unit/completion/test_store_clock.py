"""A worker tells the time by PostgreSQL, whatever its machine's own clock says."""

from __future__ import annotations

from datetime import timedelta

from services.workers.completion.store_clock import StoreClock
from shared.clock import utc_now

A_WHILE = timedelta(minutes=1)
"""More than a test takes, and less than the clocks below differ."""


def test_once_postgresql_has_told_an_instant_the_machines_clock_is_not_asked_again() -> None:
    clock = StoreClock()
    told = utc_now() - timedelta(hours=2)

    clock.tell(told)

    assert told <= clock() < told + A_WHILE


def test_time_goes_on_from_the_last_instant_that_was_told() -> None:
    clock = StoreClock()
    clock.tell(utc_now() + timedelta(hours=5))
    told = utc_now() + timedelta(hours=9)
    clock.tell(told)

    first, second = clock(), clock()

    assert told <= first <= second < told + A_WHILE


def test_before_the_first_it_is_the_machines_own_clock() -> None:
    assert utc_now() - A_WHILE < StoreClock()() < utc_now() + A_WHILE
