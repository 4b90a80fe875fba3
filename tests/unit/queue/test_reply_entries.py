"""Reply entries: what is written is what is read."""

from __future__ import annotations

from hypothesis import given, strategies as st

from shared.domain.turn_result import TurnError, TurnResult
from shared.domain.turn_status import TurnStatus
from shared.queue.reply_entries import MARKER, Delta, Done, Reset, read_entry, write_entry

counts = st.integers(min_value=0, max_value=2**40)


@given(attempt=counts, sequence=counts, text=st.text())
def test_a_delta_comes_back_as_it_was_written(attempt: int, sequence: int, text: str) -> None:
    delta = Delta(attempt, sequence, text)
    assert read_entry(write_entry(delta)) == delta


def test_a_reset_and_a_failure_come_back_as_they_were_written() -> None:
    error = TurnError("key_invalid", "The provider refused the key.", retryable=False, provider_status=401)
    for entry in (
        Reset(2),
        Done(TurnResult("turn", TurnStatus.FAILED, 2, error=error, ignored_parameters={"top_k": "No."})),
    ):
        assert read_entry(write_entry(entry)) == entry


def test_half_a_character_does_not_break_the_stream() -> None:
    assert read_entry(write_entry(Delta(1, 0, "a\ud800b"))) == Delta(1, 0, "a?b")


def test_markers_and_unknown_kinds_mean_nothing() -> None:
    assert read_entry(MARKER) is None
    assert read_entry({b"k": b"of_a_newer_writer"}) is None
    assert read_entry({}) is None
