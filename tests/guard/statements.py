"""Counts the statements that each process sends to PostgreSQL, by what they call or touch."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any, Self

from sqlalchemy import event
from sqlalchemy.engine import Engine

from shared.store.kept_connections import KeptConnections
from tests.guard.service_threads import RUNS, current_service

EVENT = "before_cursor_execute"
NAME = re.compile(r"^\s*SELECT (\w+)\(|\b(?:FROM|INTO|UPDATE)\s+(\w+)", re.IGNORECASE)


class Statements:
    """`with Statements() as statements`: `statements.counts` holds how often each process sent which statement."""

    def __init__(self) -> None:
        self.counts: Counter[tuple[str, str]] = Counter()

    def __enter__(self) -> Self:
        event.listen(Engine, EVENT, self._note)
        self._fetch = fetch = KeptConnections.fetch

        async def noted(kept: KeptConnections, statement: str, values: Sequence[Any]) -> list[Any]:
            self._note(None, None, statement)
            return await fetch(kept, statement, values)

        KeptConnections.fetch = noted  # type: ignore[method-assign, assignment]
        return self

    def __exit__(self, *exception: object) -> None:
        KeptConnections.fetch = self._fetch  # type: ignore[method-assign]
        event.remove(Engine, EVENT, self._note)

    def of(self, service: str) -> int:
        """Return how many statements the process sent."""
        return sum(count for (sender, _), count in self.counts.items() if sender == service)

    def by_process(self) -> Counter[str]:
        """Return the counts under names like `worker: claim_turns`."""
        return Counter({f"{service}: {name}": count for (service, name), count in self.counts.items()})

    def _note(self, _connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if (service := current_service()) in RUNS:
            found = NAME.search(statement)
            self.counts[service, (found[1] or found[2]) if found else statement[:40]] += 1
