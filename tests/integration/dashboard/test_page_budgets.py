"""How many statements each page may send, whatever the workspace holds: a row for every page that reads lists."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from infra.cli.demo_seed import write_seed
from shared.admission import backlog
from shared.store.workspaces.read import find_workspace
from tests.dashboard_pages import OF_OPERATOR, OF_WORKSPACE, ids_found
from tests.product import RUNS, Product, Workspace, running_product
from tests.visitor import Visitor

TURNS, BOTS = 3_000, 40
A_LONG_TIME_SECONDS = 3600.0
ANY_OTHER = 4
"""What a page may send that has no row here, the look at the session included."""
STATEMENTS = {
    "/": 9,
    "/overview/now": 9,
    "/usage": 5,
    "/operator/workspaces/{workspace}": 6,
    "/turns/{turn}": 5,
    "/operator/queue": 5,
    "/operator/queue/now": 5,
}
"""By the page's path; rows are added where a page needs more than any other may."""
DAYS = {"from_day": "2026-01-01", "to_day": "2026-03-31", "edge_from": "2026-01-16", "edge_to": "2026-03-15"}


@dataclass(slots=True)
class Statements:
    """The statements that were sent while somebody counted."""

    sent: list[str] = field(default_factory=list)


@contextmanager
def counted() -> Iterator[Statements]:
    """Count every statement that this process sends; nothing else of the product may be at work."""
    statements = Statements()

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        statements.sent.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(Engine, "before_cursor_execute", note)


@pytest.fixture
async def quiet_product(database_url: str, redis_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Product]:
    """Run the dashboard alone, with the gateway beside it, which does nothing unasked but look at the backlog."""
    monkeypatch.setattr(backlog, "READ_SECONDS", A_LONG_TIME_SECONDS)
    without = frozenset(RUNS) - {"dashboard", "gateway"}
    async with running_product(database_url, redis_url, without=without) as running:
        yield running


async def seeded(product: Product) -> Workspace:
    workspace = await product.make_workspace()
    row = await find_workspace(product.database, UUID(workspace.workspace_id))
    assert row is not None
    await write_seed(product.settings, product.database, row, turns=TURNS, bots=BOTS)
    return workspace


async def too_many(visitor: Visitor, paths: tuple[str, ...], ids: dict[str, str]) -> list[str]:
    """Open each page; return those that send more than they may."""
    found = []
    for template in paths:
        path = template.format(**ids)
        with counted() as statements:
            answer = await visitor.get(path)
        assert answer.status == 200, f"{path}: {answer.status}"
        budget = STATEMENTS.get(template.partition("?")[0], ANY_OTHER)
        if not 1 <= len(statements.sent) <= budget:
            found.append(f"{path}: {len(statements.sent)} of {budget}:\n  " + "\n  ".join(statements.sent))
    return found


async def test_each_page_sends_a_bounded_number_of_statements(quiet_product: Product) -> None:
    workspace = await seeded(quiet_product)
    visitor = await Visitor.of_workspace(workspace)
    operator = await Visitor.operator(quiet_product)

    async def text_of(path: str) -> str:
        return (await visitor.get(path)).text

    ids = await ids_found(text_of) | DAYS | {"workspace": workspace.workspace_id}
    assert await too_many(visitor, OF_WORKSPACE, ids) == []
    assert await too_many(operator, OF_OPERATOR, ids) == []
