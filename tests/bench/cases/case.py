"""A case: what is measured, on which systems, and everything that it may use."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from tests.bench.figures import Figure
from tests.bench.processes import Use, cpu_between, cpu_of, memory_of, use_by_role
from tests.bench.systems.standin import StandIn
from tests.bench.systems.system import Running

LOOK_SECONDS = 0.5
IDLE_LOOKS = 60
IDLE_SHARE = 0.2
"""A system that takes less of a core is idle."""
LEAST_SHOWN_SECONDS = 0.5e-6


@dataclass(frozen=True, slots=True)
class Scene:
    """A running system, the stand-in behind it, and how long a run lasts."""

    system: Running
    standin: StandIn
    seconds: float

    async def until_idle(self) -> int:
        """Wait until the system has nothing left to do; return how many chat requests the provider has seen.

        Generators leave when their time is up; what they had asked for is still worked on, and belongs to the cost.
        """
        calls, cpu = await self.standin.calls(), cpu_of(use_by_role(self.system.pid))
        for _ in range(IDLE_LOOKS):
            await asyncio.sleep(LOOK_SECONDS)
            earlier = calls, cpu
            calls, cpu = await self.standin.calls(), cpu_of(use_by_role(self.system.pid))
            if calls == earlier[0] and cpu - earlier[1] < LOOK_SECONDS * IDLE_SHARE:
                break
        return calls


Measure = Callable[[Scene], Awaitable[list[Figure]]]


@dataclass(frozen=True, slots=True)
class Case:
    """One case; `group` is the word by which `--only` names it, `label` its line in the report."""

    group: str
    label: str
    measure: Measure


@dataclass(slots=True)
class Spent:
    """What a run cost: CPU seconds by role, chat requests that reached the provider, memory at the end."""

    cpu_seconds: Mapping[str, float] = field(default_factory=dict)
    calls: int = 0
    memory_mb: float = 0.0

    def cpu_figures(self, each: str, count: float, *, target: str = "") -> list[Figure]:
        """Return the CPU of one of `count`, over all processes together and then by role."""
        total = sum(self.cpu_seconds.values())
        figures = [Figure(f"CPU per {each}", total / count * 1e6, "µs", target)]
        if len(self.cpu_seconds) > 1:
            figures += [
                Figure(f"CPU per {each} in {role}", seconds / count * 1e6, "µs")
                for role, seconds in sorted(self.cpu_seconds.items())
                if seconds / count >= LEAST_SHOWN_SECONDS
            ]
        return figures


@asynccontextmanager
async def spending(scene: Scene) -> AsyncIterator[Spent]:
    """Account for the block: from its begin until the last request that it caused has been worked on."""
    spent = Spent()
    calls = await scene.standin.calls()
    before = use_by_role(scene.system.pid)
    yield spent
    spent.calls = await scene.until_idle() - calls
    after: Mapping[str, Use] = use_by_role(scene.system.pid)
    spent.cpu_seconds, spent.memory_mb = cpu_between(before, after), memory_of(after)
