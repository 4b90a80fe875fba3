"""Every process restarted in turn under load, while messages of another version lie in the queues."""

from __future__ import annotations

from typing import Any

from shared.queue.dispatch import NAMESPACE
from shared.queue.ring import Ringer
from shared.queue.routes import COMPLETE_TURN, COUNT_USAGE, VALIDATE_KEY, Route
from tests.faults.fault import Fault, fired
from tests.faults.world import World
from tests.servers import until

OLD_MESSAGES: tuple[tuple[Route, Any], ...] = (
    (COUNT_USAGE, {"name": "usage.recorded.v0", "turn_id": "00000000-0000-0000-0000-000000000000"}),
    (VALIDATE_KEY, {"name": "key.rejected.v0", "key_id": "00000000-0000-0000-0000-000000000000"}),
    (Route(COMPLETE_TURN.queue, "complete_turn_v0"), "00000000-0000-0000-0000-000000000000"),
)
"""What an older producer might have left: events without their present fields, an actor of another name."""
GOOD_ENDS = (0, 1)
"""All finished by itself; or some was given back for others to finish."""


async def restart_everything(world: World) -> None:
    """Restart each process once as a deployment does, and see the foreign messages gone."""
    async with world.redis_client as client:
        ringer = Ringer(client)
        for route, values in OLD_MESSAGES:
            await ringer.ring(route, [(values,)])
        codes = [await world.fleet.restart(member) for member in world.fleet.members]
        fired(all(code in GOOD_ENDS for code in codes), f"processes ended with {codes}")

        async def are_taken() -> bool:
            left = [await client.llen(f"{NAMESPACE}:{route.queue}") for route, _ in OLD_MESSAGES]
            return not any(left)

        await until(are_taken, seconds=30)


ROLLING = (Fault("rolling restart", "every process, old messages queued", restart_everything),)
