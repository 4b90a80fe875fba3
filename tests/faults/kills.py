"""`kill -9` at every named point, a pause longer than a lease, a poison turn, clocks that are off."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterator
from functools import partial
from itertools import groupby

from tests.faults.fault import TROUBLE, Fault, fired, is_stopped
from tests.faults.fleet import READY_WITHIN_SECONDS, Member
from tests.faults.points import POINTS, SERVICES, Point
from tests.faults.questions import Question
from tests.faults.troubles import refused_key
from tests.faults.world import World
from tests.servers import until

FIRES_WITHIN_SECONDS = 60
LATEST_PASSING = 4
POISON = "poison"
CRASHES = 3
OK = 200
CLOCKS = (("worker", 0, 120.0), ("worker", 1, -120.0), ("gateway", 0, 120.0), ("gateway", 0, -120.0))
"""Whose clock is set off, by how many seconds."""
PAUSED_WORKER = 1
"""Not the one that the faults of the sweeper kill."""


async def kill_at(point: Point, number: int, world: World) -> None:
    """Let one member of the point's service end at a passing of it, and start again."""
    member = world.fleet.of(point.service)[number]
    if point.service == "validator":
        async with refused_key(world):
            await _kill_at(point, member, world, passing=1)
    elif point.service == "sweeper":
        world.fleet.of("worker")[0].send(signal.SIGKILL)  # its leases are what the sweeper finds
        await _kill_at(point, member, world, passing=1)
    else:
        await _kill_at(point, member, world, passing=world.random.randint(1, LATEST_PASSING))


async def _kill_at(point: Point, member: Member, world: World, *, passing: int) -> None:
    before = member.kills
    member.orders.write(world.order(point=point.name, passing=passing))
    await _until_fired(lambda: member.orders.is_obeyed and member.kills > before, f"nobody passed {point.name}")
    member.orders.clear()
    await until(lambda: member.is_ready(world.fleet.http), seconds=READY_WITHIN_SECONDS)


async def pause_past_the_lease(world: World) -> None:
    """Stop a worker for longer than its leases last, and let it go on as if nothing had been."""
    worker = world.fleet.of("worker")[PAUSED_WORKER]
    pid = worker.pid
    worker.send(signal.SIGSTOP)
    try:
        await asyncio.sleep(world.product.settings.lease_seconds * 1.5)
        stopped = is_stopped(pid)
    finally:
        worker.send(signal.SIGCONT)
    fired(stopped, "the worker ran on")
    await world.fleet.until_ready()


async def poison_a_turn(world: World) -> None:
    """Ask what ends every worker that asks a provider for it."""
    workers = world.fleet.of("worker")
    before = sum(member.kills for member in workers)
    for member in workers:
        member.orders.write(world.order(poison=POISON))
    bot = next(number for number, bot in enumerate(world.clients.bots) if bot.workspace == "calm")
    name = f"question-{world.seed}-{POISON}"
    seen = await world.clients.ask(Question(name, bot, "async", None, is_keyed=True))
    headers = {"Authorization": f"Bearer {world.clients.bots[bot].token}"}

    async def is_given_up() -> bool:
        async with world.fleet.http.get(f"{world.clients.url}/turns/{seen.turn_id}", headers=headers) as answer:
            turn = await answer.json()
            if answer.status != OK:
                return False
        return bool(turn["status"] == "failed" and turn["error"]["type"] == "worker_crashed")

    await until(is_given_up, seconds=90)
    for member in workers:
        member.orders.clear()
    fired(sum(member.kills for member in workers) - before >= CRASHES, "it did not take three workers with it")
    await world.fleet.until_ready()


async def set_a_clock_off(service: str, number: int, seconds: float, world: World) -> None:
    """Let the clock of one process jump while it runs."""
    member = world.fleet.of(service)[number]
    member.orders.write(world.order(clock_seconds=seconds))
    await _until_fired(lambda: member.orders.is_obeyed, f"no {service} looked at its clock")
    await asyncio.sleep(world.product.settings.lease_seconds)
    member.orders.clear()


async def _until_fired(has_fired: Callable[[], bool], sentence: str) -> None:
    async def look() -> bool:
        return has_fired()

    try:
        await until(look, seconds=FIRES_WITHIN_SECONDS)
    except TimeoutError:
        fired(False, sentence)


def _kills() -> Iterator[Fault]:
    """Spread the points over the members of their service."""
    for service, points in groupby(POINTS, lambda point: point.service):
        members = SERVICES.count(service)
        for at, point in enumerate(points):
            lane = TROUBLE if service == "validator" else f"{service} {at % members}"
            yield Fault(f"kill -9 {service}", point.name, partial(kill_at, point, at % members), lane)


KILLS = tuple(_kills())
PROCESS_FAULTS = (
    Fault("pause", "worker stopped past its lease", pause_past_the_lease, f"worker {PAUSED_WORKER}"),
    Fault("poison", "a turn that kills its worker", poison_a_turn),
    *(
        Fault(
            "clock",
            f"{service} two minutes {'ahead' if seconds > 0 else 'behind'}",
            partial(set_a_clock_off, service, number, seconds),
            f"{service} {number}",
        )
        for service, number, seconds in CLOCKS
    ),
)
