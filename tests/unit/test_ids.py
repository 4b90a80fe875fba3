"""Ids carry the moment in which they were drawn."""

from __future__ import annotations

from uuid import UUID

from shared.ids import drawn_at


def test_an_ids_first_48_bits_are_the_millisecond_in_which_it_was_drawn() -> None:
    assert drawn_at(UUID("017f22e2-79b0-7cc3-98c4-dc0c0c07398f")) == 1_645_557_742
