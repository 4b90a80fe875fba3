"""A system under test: what it is called, how it starts, and what stands behind its port."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from tests.bench.systems.door import Door
from tests.bench.systems.standin import StandIn


@dataclass(frozen=True, slots=True)
class Running:
    """A started system: everything below `pid` is part of it.

    `doors(count)` opens the doors of so many tenants, each with a provider key of its own.
    """

    name: str
    pid: int
    port: int
    start_seconds: tuple[float, ...]
    doors: Callable[[int], Awaitable[Sequence[Door]]]
    ports: Mapping[str, int] = field(default_factory=dict)
    data_dir: Path | None = None

    async def door(self) -> Door:
        """Return the door of one tenant."""
        return (await self.doors(1))[0]


class System(Protocol):
    """Something that answers OpenAI's chat requests from the stand-in behind it."""

    @property
    def name(self) -> str:
        """Return the name of its column."""

    def running(self, standin: StandIn) -> AbstractAsyncContextManager[Running]:
        """Start it and stop it after the block; `NoFigureError` says why it cannot be started."""
