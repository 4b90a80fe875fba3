"""Conversations are found by every filter, a page at a time, with a few statements."""

from __future__ import annotations

import re
from html import unescape
from typing import Any
from urllib.parse import urlencode

import pytest

from shared.store.database import Database
from tests.integration.dashboard.talking import TURN, accepted, ask, failing_workspace, found
from tests.product import Product, running_product
from tests.visitor import Visitor


async def test_turns_are_found_by_each_filter_and_by_all_together(product: Product) -> None:
    workspace, bot = await failing_workspace(product)
    mini = await workspace.add_bot("mevichat:mini")
    bad = await ask(workspace, bot, conversation="c-1", user="jane")
    good = await ask(workspace, mini, conversation="c-1", user="joe")
    alone = await ask(workspace, mini)
    visitor = await Visitor.of_workspace(workspace)

    assert await found(visitor) == [alone, good, bad]
    assert await found(visitor, conversation="c-1") == [good, bad]
    assert await found(visitor, bot=mini["id"]) == [alone, good]
    assert await found(visitor, user="jane") == [bad]
    assert await found(visitor, status="failed") == [bad]
    assert await found(visitor, status="completed") == [alone, good]
    every = {"conversation": "c-1", "bot": bot["id"], "user": "jane", "status": "failed", "from": "2001-01-01"}
    assert await found(visitor, **every) == [bad]
    assert await found(visitor, **every, to="2001-01-01") == []
    assert await found(visitor, user="nobody") == []
    by_id = await visitor.get(f"/conversations?turn={bad}")
    assert (by_id.status, by_id.leads_to) == (303, f"/turns/{bad}")


async def test_pages_follow_each_other_without_gap_or_repeat(product: Product, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.dashboard.pages.conversations.PAGE", 2)
    workspace = await product.make_workspace()
    bot = await workspace.add_bot("mevichat:mini")
    made = [await ask(workspace, bot, conversation="c") for _ in range(5)]
    visitor = await Visitor.of_workspace(workspace)

    seen: list[str] = []
    path: str | None = "/conversations?status=completed"
    while path:
        text = (await visitor.get(path)).text
        seen += TURN.findall(text)
        older = re.search(r'rel="next" href="([^"]+)"', text)
        path = unescape(older[1]) if older else None
    assert seen == made[::-1]

    end = (await visitor.get(f"/conversations/{bot['id']}/c")).text
    earlier = re.search(r'rel="prev" href="([^"]+)"', end)
    assert earlier is not None
    before = (await visitor.get(unescape(earlier[1]))).text
    assert TURN.findall(end) == made[3:]
    assert TURN.findall(before) == made[1:3]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("turn", "x"),
        ("bot", "x"),
        ("status", "x"),
        ("from", "yesterday"),
        ("to", "2026-02-30"),
        ("user", "\x00"),
        ("before", "x"),
    ],
)
async def test_bad_input_is_named_under_its_field_and_the_others_stay(product: Product, field: str, value: str) -> None:
    visitor = await Visitor.of_workspace(await product.make_workspace())

    answer = await visitor.get(f"/conversations?{urlencode({'conversation': 'kept-id', field: value})}")

    assert answer.status == 422
    assert "kept-id" in answer.text
    assert f'id="{field}-problem"' in answer.text or (field == "before" and 'role="alert"' in answer.text)


async def test_each_page_asks_a_few_statements_however_many_turns_it_shows(
    database_url: str, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    statements: list[str] = []
    original = Database.call

    async def counting(self: Database, statement: Any, **values: Any) -> Any:
        statements.append(statement.text)
        return await original(self, statement, **values)

    idle = frozenset({"worker", "validator", "ledger", "sweeper", "notices"})
    async with running_product(database_url, redis_url, without=idle) as product:
        workspace = await product.make_workspace()
        bot = await workspace.add_bot("mevichat:mini")
        turn_ids = [await accepted(product, bot, conversation=f"c-{each % 2}", user="jane") for each in range(12)]
        visitor = await Visitor.of_workspace(workspace)
        monkeypatch.setattr(Database, "call", counting)
        for path, expected in (
            ("/conversations", 3),
            ("/conversations?user=jane&status=ready", 3),
            (f"/conversations?bot={bot['id']}&conversation=c-1", 3),
            (f"/conversations/{bot['id']}/c-1", 2),
            (f"/turns/{turn_ids[0]}", 5),
        ):
            statements.clear()
            assert (await visitor.get(path)).status == 200
            assert len(statements) == expected, (path, statements)
