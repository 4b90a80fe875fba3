"""One seed's run: drive, inject, mend, let it recover, fault after fault; then drain, read and check."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.beside import Beside, of_bystanders
from tests.faults.checker import Broken, check
from tests.faults.clients import CLIENTS
from tests.faults.evidence import ENDED, Evidence
from tests.faults.fault import DidNotFireError, Fault
from tests.faults.reading import read_evidence
from tests.faults.schedule import Round
from tests.faults.troubles import NEIGHBOUR, TROUBLED
from tests.faults.watching import Watch, watching
from tests.faults.world import World, running_world
from tests.servers import until

RECOVERS_WITHIN_SECONDS = 120
CALM_TURNS = 150


@dataclass(slots=True)
class Done:
    """One fault as it went: how long it took, and how long until all that it met had ended."""

    fault: Fault
    seconds: float = 0.0
    recovery_seconds: float = 0.0
    broken: str = ""


@dataclass(slots=True)
class Outcome:
    """A run's result."""

    seed: int
    done: list[Done] = field(default_factory=list)
    broken: list[Broken] = field(default_factory=list)
    turns: int = 0
    lost: int = 0
    doubled: int = 0
    ends: Counter[str] = field(default_factory=Counter)
    beside: Beside = field(default_factory=Beside)
    longest_unclaimed_seconds: float = 0.0
    seconds: float = 0.0

    @property
    def is_good(self) -> bool:
        return not self.broken and not any(done.broken for done in self.done)

    @property
    def longest_recovery_seconds(self) -> float:
        return max((done.recovery_seconds for done in self.done), default=0.0)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run is asked for; `tell` hears a line for each step."""

    seed: int
    turns: int
    rounds: Sequence[Round]
    folder: Path
    quick: bool = False
    unclaimed_limit_seconds: float = 8.0
    tell: Callable[[str], None] = print


async def run_seed(plan: Plan) -> Outcome:
    """Run one seed from an empty world to its verdict."""
    outcome, started = Outcome(plan.seed), time.monotonic()
    shutil.rmtree(plan.folder, ignore_errors=True)
    plan.folder.mkdir(parents=True)
    async with running_world(plan.seed, plan.folder, quick=plan.quick) as world:
        async with watching(world.product.database) as watch:
            share = plan.turns // len(plan.rounds)
            for lanes in plan.rounds:
                await _meet(lanes, world, watch, outcome, share)
                for one in outcome.done[-sum(map(len, lanes)) :]:
                    plan.tell(_line(plan.seed, one))
            await _drain(watch)
            evidence = await read_evidence(world, watch.longest_unclaimed_seconds)
    _conclude(outcome, evidence, check(evidence, unclaimed_limit_seconds=plan.unclaimed_limit_seconds))
    outcome.seconds = time.monotonic() - started
    return outcome


async def _meet(lanes: Round, world: World, watch: Watch, outcome: Outcome, share: int) -> None:
    """Suffer a round; where it is another's trouble, drive calmly before, so that both can be compared."""
    began = time.monotonic()
    is_anothers = all(fault.kind == NEIGHBOUR for lane in lanes for fault in lane)
    world.clients.spared = TROUBLED if is_anothers else ""  # its own trouble asks for it: the others' load is the same
    if is_anothers:
        await world.clients.drive(CALM_TURNS, asyncio.create_task(asyncio.sleep(0)))
    suffered = time.monotonic()
    done = await _suffer(lanes, world, watch, share)
    outcome.done += done
    if is_anothers:
        timings, mended = world.clients.timings, suffered + max(one.seconds for one in done)
        outcome.beside.in_calm.extend(of_bystanders(timings, began, suffered))
        outcome.beside.in_trouble.extend(of_bystanders(timings, suffered, mended))


async def _suffer(lanes: Round, world: World, watch: Watch, share: int) -> list[Done]:
    """Let the faults happen under load, and see everything that they met come to its end."""
    injecting = asyncio.create_task(_inject_under_load(lanes, world))
    driving = asyncio.create_task(world.clients.drive(share, injecting))
    done = await injecting
    mended = time.monotonic()
    watch.is_calm = True
    try:
        met = await watch.open_turns()
        await until(lambda: _have_ended(watch, met), seconds=RECOVERS_WITHIN_SECONDS)
    except TimeoutError:
        done[0].broken = done[0].broken or "what it met did not end"
    for one in done:
        one.recovery_seconds = time.monotonic() - mended
    await driving
    watch.is_calm = False
    return done


async def _inject_under_load(lanes: Round, world: World) -> list[Done]:
    """Inject once every client has been answered: a fault that nobody meets proves nothing."""
    enough = len(world.clients.seen) + CLIENTS

    async def are_answered() -> bool:
        return len(world.clients.seen) >= enough

    await until(are_answered, seconds=RECOVERS_WITHIN_SECONDS)
    return [one for lane in await asyncio.gather(*(_inject_all(lane, world) for lane in lanes)) for one in lane]


async def _inject_all(lane: Sequence[Fault], world: World) -> list[Done]:
    return [await _inject(fault, world) for fault in lane]


async def _inject(fault: Fault, world: World) -> Done:
    done, started = Done(fault), time.monotonic()
    try:
        await fault.inject(world)
    except DidNotFireError as error:
        done.broken = f"did not fire: {error}"
    except TimeoutError:
        done.broken = "was not over in time"
    except Exception as error:  # noqa: BLE001 - the other faults still have something to tell
        done.broken = f"could not be done: {error!r}"
    done.seconds = time.monotonic() - started
    return done


async def _have_ended(watch: Watch, met: set[str]) -> bool:
    return not met & await watch.open_turns()


async def _drain(watch: Watch) -> None:
    """Wait until nothing moves any more; what still does is the checker's to say."""
    try:
        await until(watch.is_settled, seconds=RECOVERS_WITHIN_SECONDS)
    except TimeoutError:
        return


def _conclude(outcome: Outcome, evidence: Evidence, broken: list[Broken]) -> None:
    held = {turn.turn_id: turn.status in ENDED for turn in evidence.turns}
    accepted = held.keys() | {seen.turn_id for seen in evidence.seen if seen.turn_id}
    events = Counter((event.turn_id, event.attempt) for event in evidence.events)
    questions = Counter(turn.question for turn in evidence.turns)
    outcome.broken = broken
    outcome.turns = len(evidence.turns)
    outcome.lost = sum(not held.get(turn_id, False) for turn_id in accepted)
    outcome.doubled = sum(times - 1 for times in (*events.values(), *questions.values()))
    outcome.ends = Counter(turn.reason or turn.status for turn in evidence.turns)
    outcome.longest_unclaimed_seconds = evidence.longest_unclaimed_seconds


def _line(seed: int, done: Done) -> str:
    end = f"FAILED: {done.broken}" if done.broken else f"recovered in {done.recovery_seconds:.1f} s"
    return f"seed {seed}: {done.fault.kind}: {done.fault.name} ({done.seconds:.1f} s), {end}"
