from __future__ import annotations

import pytest

from tests.profile.stages import ELSEWHERE, WORKER, read_stacks, share_by_stage, stage_of

RUN = "run (/product/shared/store/batcher.py:70)"
CLAIM = "_flush (/product/services/workers/completion/claim.py:44)"
LIBRARY = "execute (/venv/site-packages/sqlalchemy/engine/base.py:1)"


def test_a_stack_belongs_to_the_innermost_frame_that_a_stage_knows() -> None:
    assert stage_of([RUN, CLAIM, LIBRARY], WORKER) == "claim"


def test_a_stack_that_no_stage_knows_is_the_rest() -> None:
    assert stage_of([RUN], WORKER) == ELSEWHERE


def test_a_library_that_works_for_nobody_known_is_named_itself() -> None:
    assert stage_of([RUN, LIBRARY], WORKER) == "database, whose cannot be told"


def test_shares_are_of_all_samples() -> None:
    stacks = read_stacks(f"{RUN};{CLAIM} 3\n{RUN} 1\n")

    assert share_by_stage(stacks, WORKER) == {"claim": pytest.approx(0.75), ELSEWHERE: pytest.approx(0.25)}
