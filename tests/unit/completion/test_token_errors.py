from __future__ import annotations

import pytest

from tests.tokens.errors import Measured, mean_error, measure

MEAN_AT_MOST = 0.10
WORST_AT_MOST = 0.35


@pytest.fixture(scope="module")
def measured() -> list[Measured]:
    """Measure once: the tokenizer takes a second to load."""
    return measure()


def test_the_estimate_is_a_tenth_off_on_average_and_never_more_than_a_third(measured: list[Measured]) -> None:
    assert len(measured) > 25
    assert mean_error(measured) <= MEAN_AT_MOST
    assert {each.name: each.error for each in measured if abs(each.error) > WORST_AT_MOST} == {}


def test_no_text_has_more_tokens_than_bytes(measured: list[Measured]) -> None:
    assert all(each.tokens <= each.bytes for each in measured)
