"""Conversations as the dashboard shows them: read in order, live, retried by a button, nobody else's, always text."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from html import unescape
from urllib.parse import quote

import pytest

from shared.domain.error_types import APOLOGY
from shared.domain.roles import Role
from shared.ids import new_id
from tests.integration.dashboard.talking import KEY, accepted, ask, failing_workspace, found
from tests.product import Product, running_product
from tests.servers import until
from tests.visitor import Visitor

XSS = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"


async def test_a_failed_turn_shows_apology_reason_and_the_providers_facts_to_whom_they_are_for(
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


@pytest.fixture
async def without_sweeper(database_url: str, redis_url: str) -> AsyncIterator[Product]:
    """Run a product in which nobody rings but whoever made a turn ready."""
    async with running_product(database_url, redis_url, without=frozenset({"sweeper"})) as running:
        yield running


async def test_the_retry_button_rings_the_turn_and_keeps_every_attempt(without_sweeper: Product) -> None:
    product = without_sweeper
    workspace, bot = await failing_workspace(product)
    turn_id = await ask(workspace, bot, "Why?", conversation="c/1?x=#2")
    visitor = await Visitor.of_workspace(workspace)
    path = f"/conversations/{bot['id']}/{quote('c/1?x=#2', safe='')}"
    request_id = product.simulator.calls[-1].request_id
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
    assert f'<a href="/bots/{bot["id"]}">{bot["name"]}</a>' in whole
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
