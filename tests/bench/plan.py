"""Which cases are measured on which system, in which order. Nothing here runs anything."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.bench.cases.case import Case
from tests.bench.cases.whole import WHOLE
from tests.bench.systems.litellm import LiteLLM
from tests.bench.systems.ours import Ours
from tests.bench.systems.portkey import Portkey
from tests.bench.systems.system import System

OURS, LITELLM, PORTKEY = "ours", "litellm", "portkey"
SYSTEMS = (OURS, LITELLM, PORTKEY)
BESIDE_PEERS = (*WHOLE,)
GROUPS = tuple(dict.fromkeys(case.group for case in BESIDE_PEERS))


@dataclass(frozen=True, slots=True)
class Stage:
    """One start of a system and what is measured on it."""

    system: System
    cases: tuple[Case, ...]


def stages_of(systems: Collection[str], groups: Collection[str], peers: Path, folder: Path) -> list[Stage]:
    """Return the stages of the chosen systems that have a chosen case."""
    everything = {
        OURS: [Stage(Ours(), BESIDE_PEERS)],
        LITELLM: [Stage(LiteLLM(peers, folder), BESIDE_PEERS)],
        PORTKEY: [Stage(Portkey(peers, folder), BESIDE_PEERS)],
    }
    stages = [stage for name in SYSTEMS if name in systems for stage in everything[name]]
    chosen = [Stage(stage.system, _chosen(stage.cases, groups)) for stage in stages]
    return [stage for stage in chosen if stage.cases]


def _chosen(cases: Sequence[Case], groups: Collection[str]) -> tuple[Case, ...]:
    return tuple(case for case in cases if case.group in groups)
