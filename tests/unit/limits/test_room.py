from __future__ import annotations

from uuid import UUID

from shared.limits.room import REMEMBERED_SECONDS, UNLIMITED_ROOM, WANTED_SECONDS, KnownRoom
from shared.limits.values import Standing

KEY = (UUID(int=1), 1)


def test_nobody_is_woken_for_a_key_that_never_had_a_limit() -> None:
    room = KnownRoom()
    room.note(KEY, Standing(room=None, pause_seconds=0.0), now=0.0)
    room.free(KEY)
    assert room.take(KEY, now=0.0) == 0


def test_each_place_is_told_once() -> None:
    room = KnownRoom()
    room.note(KEY, Standing(room=2, pause_seconds=0.0), now=0.0)
    room.free(KEY)
    assert [room.take(KEY, now=0.0), room.take(KEY, now=0.0)] == [3, 0]


def test_what_redis_says_replaces_what_was_counted() -> None:
    room = KnownRoom()
    room.note(KEY, Standing(room=5, pause_seconds=0.0), now=0.0)
    room.free(KEY)
    room.note(KEY, Standing(room=1, pause_seconds=0.0), now=0.0)
    assert room.take(KEY, now=0.0) == 1


def test_during_a_pause_nobody_is_woken() -> None:
    room = KnownRoom()
    room.note(KEY, Standing(room=4, pause_seconds=2.0), now=10.0)
    assert room.take(KEY, now=11.9) == 0
    assert room.take(KEY, now=12.0) == 4


def test_a_limit_that_was_forgotten_lets_many_go_and_is_watched_no_longer_after_a_while() -> None:
    room = KnownRoom()
    room.note(KEY, Standing(room=1, pause_seconds=0.0), now=0.0)
    room.note(KEY, Standing(room=None, pause_seconds=0.0), now=REMEMBERED_SECONDS)
    assert room.take(KEY, now=REMEMBERED_SECONDS) == UNLIMITED_ROOM
    room.note(KEY, Standing(room=None, pause_seconds=0.0), now=REMEMBERED_SECONDS + 1)
    assert room.take(KEY, now=REMEMBERED_SECONDS + 1) == 0


def test_unused_room_is_told_only_of_keys_that_turns_wait_for() -> None:
    room = KnownRoom()
    room.note(KEY, Standing(room=3, pause_seconds=0.0), now=0.0)
    assert room.take_unused(now=0.0) == {}
    room.want(KEY, now=0.0)
    assert room.take_unused(now=0.0) == {KEY: 3}
    assert room.take_unused(now=0.0) == {}


def test_after_a_pause_one_turn_looks_how_the_key_stands() -> None:
    room = KnownRoom()
    room.note(KEY, Standing(room=0, pause_seconds=2.0), now=0.0)
    room.want(KEY, now=0.0)
    assert [room.take_unused(now) for now in (1.9, 2.0, 2.1)] == [{}, {KEY: 1}, {}]


def test_a_key_that_no_turn_waits_for_is_left_alone_unless_one_has_just_begun_to() -> None:
    room = KnownRoom()
    room.note(KEY, Standing(room=3, pause_seconds=0.0), now=0.0)
    room.want(KEY, now=0.0)
    room.unwant(KEY[0], now=WANTED_SECONDS / 2)
    assert room.take_unused(now=1.0) == {KEY: 3}
    room.free(KEY)
    room.unwant(KEY[0], now=WANTED_SECONDS * 2)
    assert room.take_unused(now=2.0) == {}


def test_a_rotated_key_begins_anew_whatever_pause_the_old_text_left() -> None:
    room = KnownRoom()
    room.note(KEY, Standing(room=0, pause_seconds=3600.0), now=0.0)
    rotated = (KEY[0], 2)
    room.note(rotated, Standing(room=2, pause_seconds=0.0), now=1.0)
    assert (room.take(KEY, now=1.0), room.take(rotated, now=1.0)) == (0, 2)
