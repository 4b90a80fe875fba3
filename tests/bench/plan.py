"""Which cases are measured on which system, in which order. Nothing here runs anything."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.bench.cases.case import Case
from tests.bench.cases.idle import IDLE
from tests.bench.cases.in_flight import CROWDED, IN_FLIGHT
from tests.bench.cases.mini import MINI_TURNS
from tests.bench.cases.one_client import ONE_CLIENT
from tests.bench.cases.producer import PRODUCER
from tests.bench.cases.prompts import PROMPTS
from tests.bench.cases.revocation import REVOCATION
from tests.bench.cases.soak import soak_case
from tests.bench.cases.streams import PACED, STREAMS
from tests.bench.cases.tenants import TENANTS
from tests.bench.cases.whole import WHOLE
from tests.bench.systems.litellm import LiteLLM
from tests.bench.systems.ours import Ours
from tests.bench.systems.portkey import NODE_RELEASES, Portkey
from tests.bench.systems.system import System

OURS, LITELLM, PORTKEY = "ours", "litellm", "portkey"
SYSTEMS = (OURS, LITELLM, PORTKEY)
WHOLES = (*IDLE, *ONE_CLIENT, *WHOLE, *PROMPTS, *TENANTS)
BESIDE_PEERS = (*WHOLES, *STREAMS, *PACED)
SOAK = "soak"
GROUPS = (
    *dict.fromkeys(case.group for case in (*BESIDE_PEERS, *MINI_TURNS, *PRODUCER, *IN_FLIGHT, *REVOCATION)),
    SOAK,
)


@dataclass(frozen=True, slots=True)
class Stage:
    """One start of a system and what is measured on it."""

    system: System
    cases: tuple[Case, ...]


def stages_of(
    systems: Collection[str], groups: Collection[str], peers: Path, folder: Path, *, soak_minutes: float = 0
) -> list[Stage]:
    """Return the stages of the chosen systems that have a chosen case."""
    crowd = (*IN_FLIGHT, *([soak_case(soak_minutes)] if soak_minutes else ()))
    everything = {
        OURS: [
            Stage(Ours(starts=2 if IDLE[0].group in groups else 1), (*BESIDE_PEERS, *MINI_TURNS)),
            Stage(Ours(), PRODUCER),
            Stage(Ours(settings=CROWDED), crowd),
            Stage(Ours(options=("--simulator",)), REVOCATION),
        ],
        LITELLM: [Stage(LiteLLM(peers, folder), BESIDE_PEERS)],
        PORTKEY: [
            stage
            for release in NODE_RELEASES
            for stage in (
                Stage(Portkey(peers, folder, release), WHOLES),
                Stage(Portkey(peers, folder, release, streams=True), (*STREAMS, *PACED)),
            )
        ],
    }
    stages = [stage for name in SYSTEMS if name in systems for stage in everything[name]]
    chosen = [Stage(stage.system, _chosen(stage.cases, groups)) for stage in stages]
    return [stage for stage in chosen if stage.cases]


def _chosen(cases: Sequence[Case], groups: Collection[str]) -> tuple[Case, ...]:
    return tuple(case for case in cases if case.group in (*groups, SOAK))
