"""Which faults a run meets, in which order: drawn from its seed."""

from __future__ import annotations

from random import Random

from tests.faults.fault import ALONE, Fault
from tests.faults.kills import KILLS, PROCESS_FAULTS
from tests.faults.rolling import ROLLING
from tests.faults.server_faults import SERVER_FAULTS
from tests.faults.troubles import NEIGHBOUR_FAULTS, PROVIDER_FAULTS

ALL = (*KILLS, *PROCESS_FAULTS, *SERVER_FAULTS, *PROVIDER_FAULTS, *NEIGHBOUR_FAULTS, *ROLLING)


ROUNDS_OF_MANY = 5
Round = list[list[Fault]]
"""Lanes that run side by side, each a line of faults."""


def schedule(seed: int, only: str = "") -> list[Round]:
    """Return every fault once, in rounds of the seed's order; `only` keeps those whose kind or name holds it."""
    random = Random(seed)
    chosen = [fault for fault in ALL if only in fault.kind or only in fault.name]
    random.shuffle(chosen)
    rounds: list[Round] = [[[fault]] for fault in chosen if fault.lane == ALONE]
    lanes = [[fault for fault in chosen if fault.lane == lane] for lane in dict.fromkeys(one.lane for one in chosen)]
    for number in range(ROUNDS_OF_MANY):
        parts = [lane[number::ROUNDS_OF_MANY] for lane in lanes if lane[0].lane != ALONE]
        if any(parts):
            rounds.append([part for part in parts if part])
    random.shuffle(rounds)
    return rounds
