"""A stream's events are the same in whatever pieces they come."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, strategies as st

from shared.providers.dialect import ServerEvent
from shared.providers.direct.events import EventCutter

LINE_ENDS = st.sampled_from([b"\n", b"\r\n", b"\r"])
VALUES = st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]), min_size=1).map(str.encode)
EVENTS = st.lists(st.builds(ServerEvent, st.none() | VALUES, VALUES))


def in_pieces(text: bytes, cuts: list[int]) -> list[bytes]:
    """Return the text cut at these places."""
    places = sorted({0, len(text), *(cut % (len(text) + 1) for cut in cuts)})
    return [text[start:end] for start, end in pairwise(places)]


def cut(pieces: list[bytes]) -> list[ServerEvent]:
    """Return the events of the pieces."""
    cutter = EventCutter()
    return [event for piece in pieces for event in cutter.feed(piece)]


@given(EVENTS, LINE_ENDS, st.lists(st.integers(0, 10_000)))
def test_what_was_written_is_read_whatever_the_pieces_and_line_ends(
    events: list[ServerEvent], end: bytes, cuts: list[int]
) -> None:
    lines: list[bytes] = []
    for event in events:
        lines += [b"event: " + event.name] if event.name is not None else []
        lines += [b"data: " + event.data, b": a comment", b"id: 7", b""]
    text = b"".join(line + end for line in lines)

    assert cut(in_pieces(text, cuts)) == events


@given(st.binary(), st.lists(st.integers(0, 10_000)))
def test_garbage_reads_the_same_in_any_pieces(text: bytes, cuts: list[int]) -> None:
    assert cut(in_pieces(text, cuts)) == cut([text])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"data: a\ndata: b\n\n", [ServerEvent(None, b"a\nb")]),
        (b"data:a\n\n", [ServerEvent(None, b"a")]),
        (b"data:  a\n\n", [ServerEvent(None, b" a")]),
        (b"event: ping\n\n", [ServerEvent(b"ping", b"")]),
        (b"\n\n: nothing\n\nretry: 5\n\n", []),
        (b"data: never ended\n", []),
        (b"data\n\n", [ServerEvent(None, b"")]),
    ],
)
def test_fields_are_read_as_the_standard_says(text: bytes, expected: list[ServerEvent]) -> None:
    assert cut([text]) == expected


def test_an_event_is_given_as_soon_as_its_empty_line_is_there_also_after_a_lone_return() -> None:
    cutter = EventCutter()

    assert cutter.feed(b"data: a\r\r") == [ServerEvent(None, b"a")]
    assert cutter.feed(b"\ndata: b\n\n") == [ServerEvent(None, b"b")]
