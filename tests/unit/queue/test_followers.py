"""What each follower of a turn's stream gets to see."""

from __future__ import annotations

import pytest

from shared.domain.turn_result import TurnResult
from shared.domain.turn_status import TurnStatus
from shared.queue.followers import START, Entry, Follower, Followers, parse_place
from shared.queue.reply_entries import Delta, Done, Reset, StreamEntry, write_entry


def entries(*written: StreamEntry) -> list[Entry]:
    return [(b"%d-0" % number, write_entry(entry)) for number, entry in enumerate(written, start=1)]


def seen(follower: Follower) -> list[StreamEntry]:
    return list(follower.waiting)


@pytest.mark.parametrize(
    ("after", "place"),
    [(None, (0, -1)), ("2.15", (2, 15)), ("", (0, -1)), ("x.y", (0, -1)), ("3", (0, -1)), ("1.-2", (0, -1))],
)
def test_a_place_is_read_and_anything_else_is_the_beginning(after: str | None, place: tuple[int, int]) -> None:
    assert parse_place(after) == place


def test_who_resumes_gets_only_what_came_after() -> None:
    followers = Followers()
    follower = followers.add("key", "1.0")
    followers.feed("key", entries(Delta(1, 0, "a"), Delta(1, 1, "b"), Delta(1, 1, "b")), read_after=START)
    assert seen(follower) == [Delta(1, 1, "b")]


def test_deltas_of_an_attempt_that_was_reset_are_dropped() -> None:
    followers = Followers()
    follower = followers.add("key", None)
    late = entries(Delta(1, 0, "a"), Reset(2), Delta(1, 1, "late"), Reset(2), Delta(2, 0, "b"))
    followers.feed("key", late, read_after=START)
    assert seen(follower) == [Delta(1, 0, "a"), Reset(2), Delta(2, 0, "b")]


def test_who_begins_late_gets_nothing_of_void_attempts_neither_their_ends() -> None:
    followers = Followers()
    follower = followers.add("key", None, void_attempts=1)
    done = [Done(TurnResult("t", TurnStatus.FAILED, attempt)) for attempt in (1, 2)]
    followers.feed("key", entries(Delta(1, 0, "a"), done[0], Reset(2), Delta(2, 0, "b"), done[1]), read_after=START)
    assert seen(follower) == [Reset(2), Delta(2, 0, "b"), done[1]]


def test_a_read_from_before_a_new_follower_is_dropped_and_read_again_from_the_beginning() -> None:
    followers = Followers()
    first = followers.add("key", None)
    written = entries(Delta(1, 0, "a"), Delta(1, 1, "b"))
    followers.feed("key", written[:1], read_after=START)
    second = followers.add("key", None)
    followers.feed("key", written[1:], read_after=b"1-0")
    assert followers.cursors == {"key": START}
    followers.feed("key", written, read_after=START)
    assert seen(first) == seen(second) == [Delta(1, 0, "a"), Delta(1, 1, "b")]


def test_a_stream_is_read_until_its_last_follower_leaves() -> None:
    followers = Followers()
    first, second = followers.add("key", None), followers.add("key", None)
    followers.remove("key", first)
    assert "key" in followers.cursors
    followers.remove("key", second)
    assert followers.cursors == {}
    followers.feed("key", entries(Delta(1, 0, "a")), read_after=START)
