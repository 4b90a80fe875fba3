"""Conversations as the dashboard shows them: found by every filter, read in order, retried by a button."""

from __future__ import annotations

import re
from html import unescape
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from shared.domain.error_types import APOLOGY
from shared.domain.roles import Role
from shared.ids import new_id
from shared.store.database import Database
from tests.product import Product, Workspace, running_product
from tests.servers import until
from tests.visitor import Visitor

KEY = "sk-sim-ok-" + "c" * 24
TURN = re.compile(r'href="/turns/([0-9a-f-]{36})"')
XSS = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"


async def ask(workspace: Workspace, bot: dict[str, Any], question: str = "Hello", **fields: Any) -> str:
    """Send a message; return its turn's id."""
    _, reply = await workspace.ask(bot["token"], question, **fields)
    return str(reply["mevichat"]["turn_id"])


async def found(visitor: Visitor, **filters: str) -> list[str]:
    """Search; return the turns of the page in order."""
    answer = await visitor.get(f"/conversations?{urlencode(filters)}")
    assert answer.status == 200, answer.text
    return TURN.findall(answer.text)


async def failing_workspace(product: Product) -> tuple[Workspace, dict[str, Any]]:
    """Make a workspace whose next turns fail at the provider."""
    workspace = await product.make_workspace()
    await workspace.add_key("openai", KEY)
    bot = await workspace.add_bot("gpt-5-mini")
    product.simulator.set_scenario(KEY, "invalid_prompt")
    return workspace, bot


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


async def test_a_failed_turn_shows_apology_reason_and_the_providers_facts_and_runs_again_by_its_button(
    product: Product,
) -> None:
    workspace, bot = await failing_workspace(product)
    turn_id = await ask(workspace, bot, "Why?", conversation="c/1?x=#2")
    visitor, viewer = await Visitor.of_workspace(workspace), await Visitor.of_workspace(workspace, Role.VIEWER)
    path = f"/conversations/{bot['id']}/{quote('c/1?x=#2', safe='')}"
    request_id = product.simulator.calls[-1].request_id

    shown, for_viewer = unescape((await visitor.get(path)).text), unescape((await viewer.get(path)).text)
    for text in (APOLOGY, "HTTP 400", "invalid_prompt", request_id, ">Retry<", "Failed"):
        assert text in shown
    assert APOLOGY in for_viewer
    for text in ("HTTP 400", request_id, ">Retry<"):
        assert text not in for_viewer
    assert (await viewer.post(f"/turns/{turn_id}/retry")).status == 403

    product.simulator.set_scenario(KEY, "ok")
    retried = await visitor.post(f"/turns/{turn_id}/retry", back=path)
    assert retried.leads_to == f"{path}?done=turn-retried"

    async def is_answered() -> bool:
        return "Completed" in (await visitor.get(path)).text

    await until(is_answered)
    again = await visitor.post(f"/turns/{turn_id}/retry")
    assert again.status == 409
    assert "Only a failed or expired turn can be retried" in again.text
    whole = (await visitor.get(f"/turns/{turn_id}")).text
    assert whole.count(request_id) == 1  # the first attempt's
    assert product.simulator.calls[-1].request_id in whole


async def test_a_waiting_turn_is_live_and_cancelled_by_its_button(product: Product) -> None:
    workspace = await product.make_workspace(slots=1)
    await workspace.add_key("openai", KEY)
    bot = await workspace.add_bot("gpt-5-mini")
    product.simulator.set_behaviour(KEY, delay_ms=60_000)
    turn_id = await accepted(product, bot, conversation="c")
    visitor = await Visitor.of_workspace(workspace)
    path = f"/conversations/{bot['id']}/c"

    for live in (path, "/conversations", f"/turns/{turn_id}"):
        text = (await visitor.get(live)).text
        fragment = re.search(r'data-live="([^"]+)"', text)
        assert fragment is not None, live
        assert "data-settled" not in (await visitor.get(unescape(fragment[1]))).text
    cancelled = await visitor.post(f"/turns/{turn_id}/cancel", back="//elsewhere.example")

    assert cancelled.leads_to == "/?done=turn-cancelled"
    assert (await visitor.post(f"/turns/{turn_id}/cancel")).status == 303  # again: as it was
    for settled in (path, "/conversations", f"/turns/{turn_id}"):
        text = (await visitor.get(settled)).text
        assert "Cancelled" in text
        assert "data-live" not in text


async def test_what_another_workspace_has_answers_like_what_does_not_exist(product: Product) -> None:
    workspace, stranger = await product.make_workspace(), await product.make_workspace()
    bot = await workspace.add_bot("mevichat:mini")
    turn_id = await ask(workspace, bot, conversation="c-1", user="jane")
    visitor = await Visitor.of_workspace(stranger)
    unknown = str(new_id())

    pairs = [
        (f"/turns/{turn_id}", f"/turns/{unknown}"),
        (f"/conversations/{bot['id']}/c-1", f"/conversations/{unknown}/c-1"),
        (f"/conversations?turn={turn_id}", f"/conversations?turn={unknown}"),
        (f"/conversations?bot={bot['id']}", f"/conversations?bot={unknown}"),
    ]
    for known, random in pairs:
        theirs, nobodys = await visitor.get(known), await visitor.get(random)
        assert theirs.status == nobodys.status
        for own in (turn_id, bot["id"], unknown):
            theirs = type(theirs)(theirs.status, theirs.headers, theirs.text.replace(own, "id"))
            nobodys = type(nobodys)(nobodys.status, nobodys.headers, nobodys.text.replace(own, "id"))
        assert theirs.text == nobodys.text
    for action in ("retry", "cancel"):
        assert (await visitor.post(f"/turns/{turn_id}/{action}")).status == 404
        assert (await visitor.post(f"/turns/no-id/{action}")).status == 404
    assert await found(visitor, user="jane") == await found(visitor, conversation="c-1") == []


async def test_what_people_wrote_stays_text(product: Product) -> None:
    workspace = await product.make_workspace()
    bot = await workspace.add_bot("mevichat:mini", name=XSS)
    turn_id = await ask(workspace, bot, XSS + "x" * 2_000, conversation=XSS, user=XSS)
    visitor = await Visitor.of_workspace(workspace)

    for path in (
        "/conversations",
        f"/conversations?user={quote(XSS)}",
        f"/conversations/{bot['id']}/{quote(XSS, safe='')}",
        f"/turns/{turn_id}",
    ):
        text = (await visitor.get(path)).text
        assert "<script>alert" not in text, path
        assert "<img" not in text, path
        assert "&lt;script&gt;" in text, path
        assert text.count("<script") == text.count('<script type="module" src="/static/')


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
            (f"/turns/{turn_ids[0]}", 4),
        ):
            statements.clear()
            assert (await visitor.get(path)).status == 200
            assert len(statements) == expected, (path, statements)


async def accepted(product: Product, bot: dict[str, Any], **fields: Any) -> str:
    """Send a message that nobody waits for; return its turn's id."""
    headers = {"Authorization": f"Bearer {bot['token']}", "Prefer": "respond-async"}
    body = {"model": "default", "messages": [{"role": "user", "content": "Hello"}], **fields}
    async with product.http.post(product.chat_url + "/chat/completions", json=body, headers=headers) as answer:
        assert answer.status == 202
        return str((await answer.json())["turn_id"])
