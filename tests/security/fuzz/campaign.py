"""Sends made-up requests to a whole product, round after round, each round in a workspace of its own."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from random import Random

from tests.product import Product
from tests.security.fuzz.judge import problem_of
from tests.security.fuzz.operations import Operation
from tests.security.fuzz.requests import MadeUp, make_up
from tests.security.fuzz.rows import RowWatch
from tests.security.fuzz.sweep import sweep
from tests.security.fuzz.wire import Answer, Connection
from tests.security.fuzz.workspaces import operations_in_new_workspace

CONNECTIONS = 6
A_BATCH = 150
"""Requests to an operation of an API in one round; to a page fewer."""
A_PAGES_BATCH = 10
PASSES = 3


@dataclass(slots=True)
class Figures:
    """What was sent and what came back; `problems` are answers that nobody may ever get."""

    answers: Counter[tuple[str, int]] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)
    compared: int = 0
    """Requests that were refused or only read, sent once more between two digests of all rows."""

    @property
    def sent(self) -> int:
        """Return how many requests were answered."""
        return self.answers.total()

    @property
    def statuses(self) -> Counter[int]:
        """Return how many answers had each status."""
        counted: Counter[int] = Counter()
        for (_, status), count in self.answers.items():
            counted[status] += count
        return counted


async def fuzz(product: Product, *, at_least: int, seed: int, tell: Callable[[Figures], None]) -> Figures:
    """Send at least so many requests; equal seeds make equal requests, but for the ids in them."""
    figures, number = await swept(product, is_short=False), 0
    watch = RowWatch(product.database)
    while figures.sent < at_least:
        tell(figures)
        for operation in await operations_in_new_workspace(product):
            random = Random(f"{seed}/{number}/{operation.label}/{operation.content_type}")
            size = A_BATCH if operation.target.is_api else A_PAGES_BATCH
            await _try_operation(operation, [make_up(operation, random) for _ in range(size)], figures, watch)
        number += 1
    return figures


async def swept(product: Product, *, is_short: bool) -> Figures:
    """Put odd values once into every field, parameter and id of every operation, and into headers; pages if not short."""
    figures, watch = Figures(), RowWatch(product.database)
    for operation in await operations_in_new_workspace(product):
        if operation.target.is_api or not is_short:
            await _try_operation(
                operation, list(sweep(operation, Random(operation.label), is_short=is_short)), figures, watch
            )
    return figures


async def _try_operation(operation: Operation, batch: Sequence[MadeUp], figures: Figures, watch: RowWatch) -> None:
    """Send a batch; then what was refused again, until a pass is refused as a whole: it must have changed no row."""
    refused = [
        made_up for made_up, answer in await _send(operation, batch, figures) if _changes_nothing(made_up, answer)
    ]
    for _ in range(PASSES):
        before = await watch.digest(operation)
        answered = await _send(operation, refused, figures)
        still = [made_up for made_up, answer in answered if _changes_nothing(made_up, answer)]
        if len(still) == len(refused):
            figures.compared += len(refused)
            changed = before.changed_until(await watch.digest(operation))
            if changed:
                figures.problems.append(f"{operation.label}: refused all and changed {changed}")
            return
        refused = still


def _changes_nothing(made_up: MadeUp, answer: Answer) -> bool:
    return 400 <= answer.status < 500 or made_up.method in ("GET", "HEAD", "OPTIONS", "TRACE")


async def _send(operation: Operation, batch: Sequence[MadeUp], figures: Figures) -> list[tuple[MadeUp, Answer]]:
    lanes = (_send_lane(operation, batch[start::CONNECTIONS], figures) for start in range(CONNECTIONS))
    return [each for lane in await asyncio.gather(*lanes) for each in lane]


async def _send_lane(operation: Operation, lane: Iterable[MadeUp], figures: Figures) -> list[tuple[MadeUp, Answer]]:
    answered = []
    async with Connection(operation.target.port) as connection:
        for made_up in lane:
            try:
                answer = await connection.ask(made_up.wire, is_head=made_up.method == "HEAD")
            except (TimeoutError, OSError, EOFError, ValueError) as error:
                figures.problems.append(f"{operation.label}: no answer ({error!r}) to {made_up.wire[:300]!r}")
                continue
            figures.answers[operation.label, answer.status] += 1
            problem = problem_of(made_up, answer)
            if problem is not None:
                sent, came = made_up.wire[:600], answer.body[:200]
                figures.problems.append(f"{operation.label}: {problem}\n  {sent!r}\n  {came!r}")
            answered.append((made_up, answer))
    return answered
