"""The bound on what runs at once."""

from __future__ import annotations

from shared.queue.slots import Slots


def test_no_more_slots_are_handed_out_than_there_are() -> None:
    slots = Slots(5)
    assert slots.take(3) == 3
    assert slots.take(3) == 2
    assert slots.free == 0
    slots.give_back(4)
    assert slots.take(10) == 4


def test_closed_slots_hand_out_nothing_and_hold_nobody() -> None:
    slots = Slots(1)
    assert slots.take(1) == 1
    slots.close()
    assert slots.take(1) == 0
    slots.give_back()
    assert slots.take(1) == 0
