"""Nothing to do: how long a start took, and what the system costs while nobody asks."""

from __future__ import annotations

import asyncio
import time

from tests.bench.cases.case import Case, Scene
from tests.bench.figures import Figure
from tests.bench.processes import cpu_between, memory_of, use_by_role

SETTLE_SECONDS = 3
WATCH_SECONDS = 20


async def _measure_idle(scene: Scene) -> list[Figure]:
    await asyncio.sleep(SETTLE_SECONDS)
    before, began = use_by_role(scene.system.pid), time.monotonic()
    await asyncio.sleep(WATCH_SECONDS)
    after, seconds = use_by_role(scene.system.pid), time.monotonic() - began
    spent = cpu_between(before, after)
    figures = [
        Figure("CPU", sum(spent.values()) / seconds * 100, "% of a core", "under 3"),
        Figure("memory", memory_of(after), "MB", "under 600"),
    ]
    if len(after) > 1:
        figures += [Figure(f"memory of {role}", use.pss_mb, "MB") for role, use in sorted(after.items())]
    return figures


async def _measure_start(scene: Scene) -> list[Figure]:
    first, *again = scene.system.start_seconds
    figures = [Figure("first start, ready after", first, "s")]
    return figures + [
        Figure("start on the same data, ready after", seconds, "s", "at most 5") for seconds in again[-1:]
    ]


IDLE = (Case("start", "start", _measure_start), Case("idle", f"idle for {WATCH_SECONDS} s", _measure_idle))
