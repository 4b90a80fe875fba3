"""A turn's result crosses processes as plain values."""

from __future__ import annotations

from hypothesis import given, strategies as st

from shared.domain.turn_result import UNSAID, TurnError, TurnResult
from shared.domain.turn_status import TurnStatus
from shared.domain.usage import Usage, UsageKind

counts = st.integers(min_value=0, max_value=2**40)
errors = st.builds(TurnError, type=st.text(), reason=st.text(), retryable=st.booleans())
results = st.builds(
    TurnResult,
    turn_id=st.uuids().map(str),
    status=st.sampled_from(TurnStatus),
    attempt=counts,
    answer=st.none() | st.text(),
    error=st.none() | errors,
    usage=st.builds(Usage, input_tokens=counts, output_tokens=counts),
    usage_kind=st.sampled_from(UsageKind),
    ignored_parameters=st.dictionaries(st.text(), st.text()),
)


@given(results)
def test_a_result_survives_the_journey_unchanged(result: TurnResult) -> None:
    assert TurnResult.from_primitives(result.to_primitives()) == result


@given(results)
def test_a_field_that_a_newer_writer_added_is_ignored(result: TurnResult) -> None:
    assert TurnResult.from_primitives(result.to_primitives() | {"colour": "blue"}) == result


def test_a_list_of_names_from_an_older_writer_is_read_with_a_reason() -> None:
    written = TurnResult("turn", TurnStatus.COMPLETED, 1).to_primitives() | {"ignored_parameters": ["top_k"]}

    assert TurnResult.from_primitives(written).ignored_parameters == {"top_k": UNSAID}
