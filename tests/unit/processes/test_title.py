"""What lies where Linux reads a command line."""

from __future__ import annotations

from infra.processes.title import memory_of


def test_a_title_ends_at_a_zero_and_the_last_byte_says_that_it_was_rewritten() -> None:
    assert memory_of("mevichat up", 16) == b"mevichat up\0\0\0\0 "


def test_a_title_without_room_is_cut() -> None:
    assert memory_of("mevichat background", 10) == b"mevichat  "
