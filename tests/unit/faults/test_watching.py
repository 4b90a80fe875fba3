"""How long a turn stood ready is counted in looks, so that a starved machine is no slow product."""

from __future__ import annotations

from tests.faults.watching import LOOK_SECONDS, aged

TURN, OTHER = ("t", 1), ("u", 1)


def test_a_turn_ages_by_the_time_between_two_looks_that_see_it_ready() -> None:
    assert aged({TURN: 1.0}, {TURN}, LOOK_SECONDS) == {TURN: 1.0 + LOOK_SECONDS}


def test_a_turn_that_is_seen_for_the_first_time_and_one_that_is_claimed_have_no_age() -> None:
    assert aged({TURN: 1.0}, {OTHER}, LOOK_SECONDS) == {OTHER: 0.0}


def test_what_the_machine_withheld_from_the_watch_does_not_count() -> None:
    assert aged({TURN: 1.0}, {TURN}, 60.0) == {TURN: 1.0 + 2 * LOOK_SECONDS}
