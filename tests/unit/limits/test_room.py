from __future__ import annotations

from uuid import UUID

from shared.limits.room import (
    MOST_KEYS,
    REMEMBERED_SECONDS,
    TOLD_SECONDS,
    UNHEARD_SECONDS,
    UNLIMITED_ROOM,
    WANTED_SECONDS,
    KnownRoom,
)
from shared.limits.values import Allowance, LimitId

KEY = LimitId(UUID(int=1), 1)


def test_nobody_is_woken_for_a_key_that_never_had_a_limit() -> None:
    room = KnownRoom()
    room.note(KEY, Allowance(room=None, pause_seconds=0.0), now=0.0)
    room.free(KEY)
    assert room.take(KEY, now=0.0) == 0


def test_each_place_is_told_once() -> None:
    room = KnownRoom()
    room.note(KEY, Allowance(room=2, pause_seconds=0.0), now=0.0)
    room.free(KEY)
    assert [room.take(KEY, now=0.0), room.take(KEY, now=0.0)] == [3, 0]


def test_what_redis_says_replaces_what_was_counted() -> None:
    room = KnownRoom()
    room.note(KEY, Allowance(room=5, pause_seconds=0.0), now=0.0)
    room.free(KEY)
    room.note(KEY, Allowance(room=1, pause_seconds=0.0), now=0.0)
    assert room.take(KEY, now=0.0) == 1


def test_during_a_pause_nobody_is_woken() -> None:
    room = KnownRoom()
    room.note(KEY, Allowance(room=4, pause_seconds=2.0), now=10.0)
    assert room.take(KEY, now=11.9) == 0
    assert room.take(KEY, now=12.0) == 4


def test_a_limit_that_was_forgotten_lets_many_go_and_is_watched_no_longer_after_a_while() -> None:
    room = KnownRoom()
    room.note(KEY, Allowance(room=1, pause_seconds=0.0), now=0.0)
    room.note(KEY, Allowance(room=None, pause_seconds=0.0), now=REMEMBERED_SECONDS)
    assert room.take(KEY, now=REMEMBERED_SECONDS) == UNLIMITED_ROOM
    room.note(KEY, Allowance(room=None, pause_seconds=0.0), now=REMEMBERED_SECONDS + 1)
    assert room.take(KEY, now=REMEMBERED_SECONDS + 1) == 0


def test_unused_room_is_told_only_of_keys_that_turns_wait_for() -> None:
    room = KnownRoom()
    room.note(KEY, Allowance(room=3, pause_seconds=0.0), now=0.0)
    assert room.take_unused(now=0.0) == {}
    room.want(KEY, now=0.0)
    assert room.take_unused(now=0.0) == {KEY: 3}
    assert room.take_unused(now=0.0) == {}


def test_after_a_pause_one_turn_looks_how_the_key_stands() -> None:
    room = KnownRoom()
    room.note(KEY, Allowance(room=0, pause_seconds=2.0), now=0.0)
    room.want(KEY, now=0.0)
    assert [room.take_unused(now) for now in (1.9, 2.0, 2.1)] == [{}, {KEY: 1}, {}]


def test_a_key_that_no_turn_waits_for_is_left_alone_unless_one_has_just_begun_to() -> None:
    room = KnownRoom()
    room.note(KEY, Allowance(room=3, pause_seconds=0.0), now=0.0)
    room.want(KEY, now=0.0)
    room.unwant(KEY, 0, now=WANTED_SECONDS / 2)
    assert room.take_unused(now=1.0) == {KEY: 3}
    room.free(KEY)
    room.unwant(KEY, 3, now=WANTED_SECONDS * 2)
    assert room.take_unused(now=2.0) == {}


def test_places_that_nobody_was_there_to_take_are_told_again_to_one_who_is_on_its_way() -> None:
    room = KnownRoom()
    room.note(KEY, Allowance(room=3, pause_seconds=0.0), now=0.0)
    room.want(KEY, now=0.0)
    assert room.take_unused(now=0.1) == {KEY: 3}
    room.unwant(KEY, 3, now=0.2)
    assert room.take_unused(now=0.2) == {KEY: 3}


def test_the_look_after_a_pause_is_made_again_while_its_turn_is_on_its_way() -> None:
    room = KnownRoom()
    room.note(KEY, Allowance(room=0, pause_seconds=2.0), now=0.0)
    room.want(KEY, now=1.9)
    assert room.take_unused(now=2.0) == {KEY: 1}
    room.unwant(KEY, 1, now=2.1)
    assert room.take_unused(now=2.2) == {KEY: 1}


def test_a_place_that_was_told_is_not_told_again_by_what_redis_says_of_it() -> None:
    room = KnownRoom()
    room.note(KEY, Allowance(room=2, pause_seconds=0.0), now=0.0)
    assert room.take(KEY, now=0.0) == 2

    room.note(KEY, Allowance(room=3, pause_seconds=0.0), now=0.1)
    assert room.take(KEY, now=0.1) == 1
    room.asked(KEY, 3)
    room.note(KEY, Allowance(room=1, pause_seconds=0.0), now=0.2)
    assert room.take(KEY, now=0.2) == 1


def test_a_place_that_nobody_asks_for_is_told_again_after_a_moment() -> None:
    room = KnownRoom()
    room.note(KEY, Allowance(room=2, pause_seconds=0.0), now=0.0)
    assert room.take(KEY, now=0.0) == 2
    room.note(KEY, Allowance(room=2, pause_seconds=0.0), now=TOLD_SECONDS)
    assert room.take(KEY, now=TOLD_SECONDS) == 2


def test_a_rotated_key_knows_nothing_of_the_pause_before() -> None:
    room, rotated = KnownRoom(), LimitId(KEY.key_id, 2)
    room.note(KEY, Allowance(room=0, pause_seconds=3600.0), now=0.0)
    room.note(rotated, Allowance(room=2, pause_seconds=0.0), now=1.0)
    assert (room.take(KEY, now=1.0), room.take(rotated, now=1.0)) == (0, 2)


def test_a_pause_that_redis_forgot_is_over() -> None:
    room = KnownRoom()
    room.note(KEY, Allowance(room=0, pause_seconds=3600.0), now=1.0)
    room.want(KEY, now=1.0)
    room.note(KEY, Allowance(room=None, pause_seconds=0.0), now=2.0)
    assert room.take_unused(now=2.0) == {KEY: UNLIMITED_ROOM}


def test_redis_is_asked_again_about_a_key_that_turns_wait_for_and_of_no_other() -> None:
    room = KnownRoom()
    room.note(KEY, Allowance(room=0, pause_seconds=0.0), now=0.0)
    assert room.take_unheard(now=UNHEARD_SECONDS) == []
    room.want(KEY, now=0.0)
    assert room.take_unheard(now=UNHEARD_SECONDS / 2) == []
    assert [room.take_unheard(now=UNHEARD_SECONDS), room.take_unheard(now=UNHEARD_SECONDS)] == [[KEY], []]


def test_of_too_many_keys_the_one_that_was_silent_longest_is_forgotten() -> None:
    room = KnownRoom()
    room.note(KEY, Allowance(room=1, pause_seconds=0.0), now=0.0)
    others = [LimitId(UUID(int=number + 2), 1) for number in range(MOST_KEYS)]
    for other in others[:-1]:
        room.note(other, Allowance(room=1, pause_seconds=0.0), now=0.0)
    room.note(KEY, Allowance(room=1, pause_seconds=0.0), now=1.0)
    room.note(others[-1], Allowance(room=1, pause_seconds=0.0), now=1.0)
    assert (room.take(KEY, now=1.0), room.take(others[0], now=1.0)) == (1, 0)
