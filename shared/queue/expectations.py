"""Who waits for the whole result of which turn."""

from __future__ import annotations

import asyncio
from functools import partial
from uuid import UUID

from shared.domain.turn_result import TurnResult


class Expectations:
    """Futures by turn; a future leaves by itself once it is resolved or cancelled."""

    def __init__(self) -> None:
        self._by_turn: dict[str, list[asyncio.Future[TurnResult]]] = {}

    def add(self, turn_id: UUID | str) -> asyncio.Future[TurnResult]:
        """Return a new future of the turn's result."""
        key = str(turn_id)
        future: asyncio.Future[TurnResult] = asyncio.get_running_loop().create_future()
        self._by_turn.setdefault(key, []).append(future)
        future.add_done_callback(partial(self._remove, key))
        return future

    def resolve(self, result: TurnResult) -> None:
        """Answer everyone who waits for this turn."""
        for future in self._by_turn.get(result.turn_id, ()):
            if not future.done():
                future.set_result(result)

    def cancel(self, turn_id: UUID | str) -> None:
        """Cancel every future of the turn."""
        for future in self._by_turn.get(str(turn_id), ()):
            future.cancel()

    def cancel_all(self) -> None:
        """Cancel every future."""
        for turn_id in list(self._by_turn):
            self.cancel(turn_id)

    def _remove(self, key: str, future: asyncio.Future[TurnResult]) -> None:
        futures = self._by_turn.get(key, [])
        if future in futures:
            futures.remove(future)
        if not futures:
            self._by_turn.pop(key, None)
