"""Acknowledgements on their way to the turns' rows, many in one statement."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import structlog

from shared.producer.reply import Reply
from shared.store.database import Database
from shared.store.errors import StoreError, StoreUnavailableError
from shared.store.producers.acknowledge import acknowledge
from shared.tick_batch import TickBatch

_PAUSE_SECONDS: Final = 0.5
_LAST_WORDS_SECONDS: Final = 10.0
"""How long closing waits for PostgreSQL; what it does not take by then is handed out again."""
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Ack:
    reply: Reply
    done: asyncio.Future[None] | None


class Acknowledgements:
    """Writes what was heard, as long as it takes; `let_go` is told of each batch that is over."""

    def __init__(self, database: Database, let_go: Callable[[Sequence[Reply]], None]) -> None:
        self._database = database
        self._let_go = let_go
        self._batch: TickBatch[_Ack] = TickBatch(self._write, max_in_flight=1)

    def add(self, reply: Reply) -> None:
        """Acknowledge the reply and return at once."""
        self._batch.add(_Ack(reply, None))

    async def write(self, reply: Reply) -> None:
        """Acknowledge the reply and return once that is committed."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._batch.add(_Ack(reply, done))
        await done

    async def close(self) -> None:
        """Write what is left; after some seconds without PostgreSQL it is left to be heard again."""
        try:
            async with asyncio.timeout(_LAST_WORDS_SECONDS):
                await self._batch.drain()
        except TimeoutError:
            _log.warning("acknowledgements_left", replies=len(self._batch))

    async def _write(self, acks: list[_Ack]) -> None:
        ends = [(ack.reply.turn_id, ack.reply.ended_at) for ack in acks]
        while True:
            try:
                await acknowledge(self._database, ends)
                break
            except StoreUnavailableError as error:
                _log.warning("acknowledging_waits", replies=len(acks), error=str(error))
                await asyncio.sleep(_PAUSE_SECONDS)
            except StoreError as error:
                self._give_up(acks, error)
                return
        self._let_go([ack.reply for ack in acks])
        for ack in acks:
            if ack.done is not None and not ack.done.done():
                ack.done.set_result(None)

    def _give_up(self, acks: list[_Ack], error: StoreError) -> None:
        """Tell who waits, and let the replies go: their lease lapses, and they are handed out again."""
        _log.error("acknowledging_refused", replies=len(acks), error=str(error))
        self._let_go([ack.reply for ack in acks])
        for ack in acks:
            if ack.done is not None and not ack.done.done():
                ack.done.set_exception(error)
