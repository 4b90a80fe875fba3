"""Many tenants, each with a provider key of its own: whole replies, a request of each in turn."""

from __future__ import annotations

from tests.bench.cases.case import Case, Scene
from tests.bench.cases.whole import measure_whole
from tests.bench.figures import Figure

CLIENTS = 64


def tenants_case(count: int) -> Case:
    """Return the case of so many workspaces."""

    async def measure(scene: Scene) -> list[Figure]:
        doors = await scene.system.doors(count)
        return await measure_whole(scene, [door.request() for door in doors], CLIENTS)

    return Case("workspaces", f"{count:,} workspace{'s' if count > 1 else ''}, {CLIENTS} clients", measure)


TENANTS = tuple(tenants_case(count) for count in (1, 100, 10_000))
