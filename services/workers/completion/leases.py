"""The leases of all turns that this process runs, renewed together."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

import structlog

from shared.metrics import turns_running
from shared.store.database import Database
from shared.store.errors import StoreError
from shared.store.turns.renew import CallNote, Lease, renew_leases
from shared.store.turns.rows import ClaimedTurn, LeaseStanding

_log = structlog.get_logger()


@dataclass(slots=True, eq=False)
class HeldTurn:
    """A claimed turn in the hands of the task that runs it.

    `call` is noted once the provider call began. `standing` is what the last renewal said.
    """

    turn: ClaimedTurn
    call: CallNote | None = None
    standing: LeaseStanding = LeaseStanding.HELD
    _stoppable: asyncio.Task[object] | None = None

    @contextmanager
    def stoppable(self) -> Iterator[None]:
        """Let a lost lease cancel the running task, but only inside this block."""
        self._stoppable = asyncio.current_task()
        try:
            yield
        finally:
            self._stoppable = None

    def end(self, standing: LeaseStanding) -> None:
        """Note that the row is no longer ours to run, and stop the task if it may be stopped."""
        self.standing = standing
        if self._stoppable is not None:
            self._stoppable.cancel()
            self._stoppable = None


class Leases:
    """Renews every held turn in one statement, each `renew_seconds`, and stops those that were taken away.

    While PostgreSQL is silent everything runs on: a lease is lost when its row says so (DESIGN 3).
    """

    def __init__(self, database: Database, *, lease_seconds: float, renew_seconds: float) -> None:
        self._database = database
        self._lease_seconds = lease_seconds
        self._renew_seconds = renew_seconds
        self._held: dict[tuple[UUID, int], HeldTurn] = {}

    @contextmanager
    def hold(self, turn: ClaimedTurn) -> Iterator[HeldTurn]:
        """Keep the turn's lease alive inside the block."""
        held = self._held[turn.turn_id, turn.attempt] = HeldTurn(turn)
        turns_running.inc()
        try:
            yield held
        finally:
            del self._held[turn.turn_id, turn.attempt]
            turns_running.dec()

    async def is_ready(self) -> bool:
        """Tell whether PostgreSQL answers, so that leases can be taken and kept."""
        return await self._database.is_ready()

    async def renew_always(self) -> None:
        """Renew for as long as the process runs."""
        while True:
            await asyncio.sleep(self._renew_seconds)
            try:
                await self.renew()
            except StoreError as error:
                _log.warning("leases_not_renewed", held=len(self._held), error=str(error))

    async def renew(self) -> None:
        """Renew once; turns that were cancelled or taken away stop."""
        held = list(self._held.values())
        if not held:
            return
        leases = [Lease(one.turn.turn_id, one.turn.attempt, one.call) for one in held]
        standings = await renew_leases(self._database, leases, lease_seconds=self._lease_seconds)
        for one, standing in zip(held, standings, strict=True):
            if standing is not LeaseStanding.HELD and one.standing is LeaseStanding.HELD:
                one.end(standing)
