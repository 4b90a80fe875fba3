"""How many calls of a key may be in flight: learnt from the provider, shared by all workers through Redis."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from math import ceil
from typing import Any, Final
from uuid import UUID

from redis.exceptions import RedisError

from shared.clock import monotonic_seconds
from shared.limits.rest import Rest
from shared.limits.room import KnownRoom
from shared.limits.scripts import load_scripts, run_commands
from shared.limits.steps import Ask, KeySteps, Look, Renewal, Return, Step, commands_of, sort_by_key
from shared.limits.values import Allowance, LimitId, NoRoom, Outcome, Permit
from shared.metrics import limits_open
from shared.redis_lane import LaneRedis, RedisLane
from shared.tick_batch import TickBatch

PATIENCE_SECONDS: Final = 1.0
"""A Redis that is silent for longer keeps no call waiting."""
LONGEST_PAUSE_SECONDS: Final = 3_600.0
"""A provider that asks for more is asked again after so long."""


class KeyLimits:
    """Gives permits for calls and takes them back; all steps of one instant travel in one pipeline.

    A permit lives for `permit_seconds` and is renewed each `renew_seconds` while its call lasts, so that those of
    a killed worker free themselves. While Redis is away every call may be made.
    """

    def __init__(self, client: LaneRedis, *, permit_seconds: float, renew_seconds: float) -> None:
        # its own: a call waits for no ring
        self._lane = RedisLane(client.connection_pool, patience_seconds=PATIENCE_SECONDS)
        self._permit_ms = round(permit_seconds * 1000)
        self._renew_seconds = renew_seconds
        self._scripts = load_scripts()
        # one at a time: a permit is not given back before it was taken
        self._batch: TickBatch[Step] = TickBatch(self._send, max_in_flight=1)
        self._held: dict[str, Permit] = {}
        self._room = KnownRoom()
        self._rest = Rest("limits_open")
        self._ids = _permit_ids()

    async def acquire(self, key_id: UUID, key_version: int, *, was_waiting: bool = False) -> Permit | NoRoom:
        """Return a permit for one call on the key, or that there is no room for it now.

        Who `was_waiting` comes for one of the places that were told; anybody else may only have been quicker.
        """
        permit = Permit(next(self._ids), LimitId(key_id, key_version))
        if self._rest.is_on:
            return self._open(permit)
        answer: asyncio.Future[Permit | NoRoom] = asyncio.get_running_loop().create_future()
        self._batch.add(Ask(permit, answer, was_waiting))
        try:
            return await answer
        except asyncio.CancelledError:  # stopped in the instant between the answer and its taking
            if answer.done() and not answer.cancelled() and isinstance(answer.result(), Permit):
                self.release(permit, Outcome.OTHER)
            raise

    def release(self, permit: Permit, outcome: Outcome, *, pause_seconds: float = 0.0) -> None:
        """Give the permit back with what its call showed; returns before that is sent."""
        pause_seconds = min(pause_seconds, LONGEST_PAUSE_SECONDS)
        self._held.pop(permit.permit_id, None)
        self._room.free(permit.limit_id)
        if outcome is Outcome.LIMITED or pause_seconds > 0:
            self._room.note(permit.limit_id, Allowance(0, pause_seconds), monotonic_seconds())
            self._room.want(permit.limit_id, monotonic_seconds())
        self._batch.add(Return(permit, outcome, ceil(pause_seconds * 1000)))

    def take_room(self, limit_id: LimitId) -> int:
        """Return how many turns that wait for this key may be woken now; each place is told once."""
        return self._room.take(limit_id, monotonic_seconds())

    def take_unused_room(self) -> dict[LimitId, int]:
        """Return the same for every key that turns of this process went to wait for."""
        return self._room.take_unused(monotonic_seconds())

    def note_idle(self, told: Mapping[LimitId, int]) -> None:
        """Take note that no turn waits for these places; one that has just begun to is told of them again."""
        for limit_id, room in told.items():
            self._room.unwant(limit_id, room, monotonic_seconds())

    def take_back(self, told: Mapping[LimitId, int]) -> None:
        """Take back room that nobody could be told of."""
        for limit_id, room in told.items():
            self._room.untell(limit_id, room)

    def look(self) -> None:
        """Ask Redis, at most once a second, what room turns of this process wait for: others make room too."""
        if not self._rest.is_on:
            for limit_id in self._room.take_unheard(monotonic_seconds()):
                self._batch.add(Look(limit_id))

    async def renew_always(self) -> None:
        """Renew the permits of all calls under way, for as long as the process runs."""
        while True:
            await asyncio.sleep(self._renew_seconds)
            for permit in self._held.values():
                self._batch.add(Renewal(permit))

    async def close(self) -> None:
        """Wait until everything given back is sent or dropped."""
        await self._batch.drain()

    async def _send(self, steps: list[Step]) -> None:
        """Run one batch; a Redis that is away makes every asked call possible."""
        keys = sort_by_key(steps)
        commands = [command for of_key in keys for command in commands_of(of_key, self._scripts, self._permit_ms)]
        try:
            replies = iter(await run_commands(self._lane, commands, self._scripts))
        except RedisError as error:
            self._rest.begin(error)
            for of_key in keys:
                self._answer(of_key.asks, [self._open(ask.permit) for ask in of_key.asks])
            return
        for of_key in keys:
            self._read(of_key, replies)

    def _read(self, of_key: KeySteps, replies: Iterator[Any]) -> None:
        if of_key.renewals:
            next(replies)
        if of_key.returns:
            pause_ms, room = next(replies)
            self._note(of_key, room, pause_ms)
        if of_key.asks or of_key.is_looked_at:
            given, pause_ms, room = next(replies)
            self._room.asked(of_key.limit_id, sum(ask.is_expected for ask in of_key.asks))
            self._note(of_key, room, pause_ms)
            if given < len(of_key.asks):
                self._room.want(of_key.limit_id, monotonic_seconds())
            refusal = NoRoom(pause_ms / 1000 if pause_ms > 0 else None)
            self._answer(of_key.asks, [ask.permit if at < given else refusal for at, ask in enumerate(of_key.asks)])

    def _note(self, of_key: KeySteps, room: int, pause_ms: int) -> None:
        allowance = Allowance(None if room < 0 else room, pause_ms / 1000)
        self._room.note(of_key.limit_id, allowance, monotonic_seconds())

    def _answer(self, asks: Sequence[Ask], answers: Sequence[Permit | NoRoom]) -> None:
        for ask, answer in zip(asks, answers, strict=True):
            if isinstance(answer, Permit):
                self._held[answer.permit_id] = answer
            if not ask.answer.done():
                ask.answer.set_result(answer)
            elif isinstance(answer, Permit):  # who asked was stopped meanwhile
                self.release(answer, Outcome.OTHER)

    def _open(self, permit: Permit) -> Permit:
        """Let the call be made without Redis; its next renewal tells Redis of it."""
        limits_open.inc()
        self._held[permit.permit_id] = permit
        return permit


def _permit_ids() -> Iterator[str]:
    """Return ids that no other process draws."""
    own = os.urandom(8).hex()
    return (f"{own}-{number}" for number in count())
