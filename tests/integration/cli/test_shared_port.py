"""Several gateways of one machine on one port."""

from __future__ import annotations

import asyncio
import re
from urllib.request import urlopen

from infra.embedded.free_port import free_port
from tests.integration.cli.commands import mevichat, output_of, running, until_ready

STARTED = re.compile(r"^process_start_time_seconds (\S+)$", re.MULTILINE)
WITHIN_SECONDS = 30


async def test_two_gateways_share_a_port_each_has_its_own_health_and_one_that_leaves_is_not_missed(
    installation: dict[str, str],
) -> None:
    first, second = (installation | {"MEVICHAT_GATEWAY_HEALTH_PORT": str(free_port())} for _ in range(2))
    door = f"http://127.0.0.1:{installation['MEVICHAT_GATEWAY_PORT']}"
    async with running("gateway", environment=first) as one, running("gateway", environment=second) as other:
        await until_ready(_own_door(first) + "/health/ready", one)
        await until_ready(_own_door(second) + "/health/ready", other)
        both = {await _who_answers(_own_door(environment)) for environment in (first, second)}
        assert len(both) == 2
        await _until_both_answered(door, both)
        one.terminate()
        await one.wait()
        stays = await _who_answers(_own_door(second))
        assert {await _who_answers(door) for _ in range(20)} == {stays}


async def test_a_gateway_that_was_not_told_to_share_refuses_a_port_that_others_share(
    installation: dict[str, str],
) -> None:
    sharing = installation | {"MEVICHAT_GATEWAY_HEALTH_PORT": str(free_port())}
    async with running("gateway", environment=sharing) as gateway:
        await until_ready(_own_door(sharing) + "/health/ready", gateway)
        alone = await mevichat("gateway", environment=installation)
    assert (alone.code, f"Port {installation['MEVICHAT_GATEWAY_PORT']} of 127.0.0.1 is taken" in alone.err) == (2, True)
    assert "rror" not in await output_of(gateway)


def _own_door(environment: dict[str, str]) -> str:
    return f"http://127.0.0.1:{environment['MEVICHAT_GATEWAY_HEALTH_PORT']}"


async def _until_both_answered(door: str, both: set[str]) -> None:
    """Ask over new connections: the kernel spreads those."""
    seen: set[str] = set()
    async with asyncio.timeout(WITHIN_SECONDS):
        while seen != both:
            seen.add(await _who_answers(door))


async def _who_answers(door: str) -> str:
    """Return when the process behind a door was started: that is unlike any other's."""

    def ask() -> str:
        with urlopen(f"{door}/metrics") as answer:
            return str(answer.read().decode())

    found = STARTED.search(await asyncio.to_thread(ask))
    assert found is not None
    return found.group(1)
