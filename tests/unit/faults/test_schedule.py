"""What a seed draws: the same again for the same seed, and every fault once."""

from __future__ import annotations

from importlib import import_module
from itertools import islice

import pytest

from tests.faults.points import POINTS, Point
from tests.faults.questions import name_in, questions
from tests.faults.schedule import ALL, schedule


@pytest.mark.parametrize("seed", range(1, 21))
def test_a_run_meets_every_fault_once(seed: int) -> None:
    met = [fault for lanes in schedule(seed) for lane in lanes for fault in lane]

    assert sorted(map(id, met)) == sorted(map(id, ALL))


def test_faults_of_one_lane_never_happen_at_the_same_time() -> None:
    for lanes in schedule(1):
        names = [{fault.lane for fault in lane} for lane in lanes]
        assert all(len(name) == 1 for name in names)
        assert len(set.union(*names)) == len(names)


def test_a_seed_draws_the_same_again_and_another_seed_something_else() -> None:
    assert schedule(7) == schedule(7)
    assert schedule(7) != schedule(8)
    drawn = [list(islice(questions(seed, bots=8), 50)) for seed in (7, 7, 8)]
    assert drawn[0] == drawn[1] != drawn[2]


def test_a_question_is_known_by_its_text() -> None:
    question = next(questions(3, bots=8))

    assert name_in(question.text) == question.name
    assert name_in("What is your name?") is None


@pytest.mark.parametrize("point", POINTS, ids=lambda point: f"{point.service}: {point.name}")
def test_every_point_names_a_function_of_the_product(point: Point) -> None:
    module, _, of_class = point.owner.partition(":")
    place = import_module(module)

    assert callable(getattr(getattr(place, of_class) if of_class else place, point.function))
