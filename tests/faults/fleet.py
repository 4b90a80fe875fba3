"""The product's processes, each of its own, kept alive as a supervisor would: whatever ends is started again."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from infra.cli.addresses import PORT_SETTINGS, environment_of
from infra.embedded.free_port import free_port
from shared.settings import Settings
from tests.faults.lives import Birth
from tests.faults.nursery import Nursery, running_nursery
from tests.faults.orders import OrderFile
from tests.faults.points import SERVICES
from tests.faults.start import ORDERS_VARIABLE
from tests.servers import until

READY_WITHIN_SECONDS = 180
ENDS_WITHIN_SECONDS = 45
HEALTH_TIMEOUT = aiohttp.ClientTimeout(total=3)
BREATH_SECONDS = 0.2


class NoNurseryError(RuntimeError):
    """Raised when what starts the processes has ended."""


@dataclass(slots=True, eq=False)
class Member:
    """One process of the fleet, through all its lives.

    `pid` is that of its present life, 0 between two; `deaths` holds the exit code of each life that ended.
    """

    number: int
    service: str
    settings: Settings
    orders: OrderFile
    log_file: Path
    pid: int = 0
    deaths: list[int] = field(default_factory=list)

    @property
    def port(self) -> int:
        return int(getattr(self.settings, PORT_SETTINGS[self.service]))

    @property
    def kills(self) -> int:
        """Return how many of its lives ended by SIGKILL."""
        return self.deaths.count(-signal.SIGKILL)

    def birth(self) -> Birth:
        environment = {**environment_of(self.settings), ORDERS_VARIABLE: str(self.orders.path)}
        return Birth(self.number, self.service, environment, str(self.log_file))

    def send(self, number: signal.Signals) -> None:
        if self.pid:
            os.kill(self.pid, number)

    async def is_ready(self, http: aiohttp.ClientSession) -> bool:
        try:
            async with http.get(f"http://127.0.0.1:{self.port}/health/ready", timeout=HEALTH_TIMEOUT) as answer:
                return answer.status == 200
        except (aiohttp.ClientError, TimeoutError):
            return False

    async def until_dead(self, deaths_before: int) -> None:
        await until(lambda: _is(len(self.deaths) > deaths_before), seconds=ENDS_WITHIN_SECONDS)


@dataclass(slots=True)
class Fleet:
    """All members, and the doors by which one sees whether they are well."""

    members: Sequence[Member]
    nursery: Nursery
    http: aiohttp.ClientSession
    is_closing: bool = False

    def of(self, service: str) -> list[Member]:
        return [member for member in self.members if member.service == service]

    async def is_ready(self) -> bool:
        """Tell whether every member answers.

        Raises:
            NoNurseryError: nothing can be started any more; the message names the log that says why.

        """
        if not self.nursery.is_alive:
            message = "what starts the processes has ended; see nursery.log"
            raise NoNurseryError(message)
        return all(await asyncio.gather(*(member.is_ready(self.http) for member in self.members)))

    async def until_ready(self) -> None:
        await until(self.is_ready, seconds=READY_WITHIN_SECONDS)

    async def restart(self, member: Member) -> int:
        """Ask one member to end, as a deployment does, and wait for its next life; return the exit code."""
        before = len(member.deaths)
        member.send(signal.SIGTERM)
        await member.until_dead(before)
        await until(lambda: member.is_ready(self.http), seconds=READY_WITHIN_SECONDS)
        return member.deaths[before]

    async def keep_alive(self, member: Member) -> None:
        """Start the member again and again until the fleet closes."""
        while not self.is_closing:
            member.pid = await self.nursery.bear(member.birth())
            if self.is_closing:
                member.send(signal.SIGTERM)
            code = await self.nursery.until_ended(member.number)
            member.pid = 0
            member.deaths.append(code)
            await asyncio.sleep(0 if self.is_closing else BREATH_SECONDS)

    async def close(self) -> None:
        self.is_closing = True
        for member in self.members:
            member.send(signal.SIGCONT)
            member.send(signal.SIGTERM)


@asynccontextmanager
async def running_fleet(settings: Settings, folder: Path, http: aiohttp.ClientSession) -> AsyncIterator[Fleet]:
    """Start every service and wait until all are ready; end them when the block ends."""
    async with running_nursery(folder / "nursery.log") as nursery:
        members = [_member(service, number, settings, folder) for number, service in enumerate(SERVICES)]
        fleet = Fleet(members, nursery, http)
        lives = [asyncio.create_task(fleet.keep_alive(member)) for member in fleet.members]
        try:
            await fleet.until_ready()
            yield fleet
        finally:
            await fleet.close()
            await asyncio.wait(lives, timeout=ENDS_WITHIN_SECONDS)


def _member(service: str, number: int, settings: Settings, folder: Path) -> Member:
    name = f"{service}-{number}"
    port = PORT_SETTINGS[service]
    own = settings if service in ("gateway", "dashboard") else settings.model_copy(update={port: free_port()})
    return Member(number, service, own, OrderFile(folder / f"{name}.order"), folder / f"{name}.log")


async def _is(value: bool) -> bool:
    return value
