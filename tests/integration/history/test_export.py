"""The export: every turn of a workspace with its texts, as JSON lines, whatever its size."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from shared.domain.roles import Role
from shared.store.turns.export import PAGE
from tests.integration.gateway.door import Door
from tests.integration.history.talks import Talk, until_erased
from tests.product import Product, Workspace
from tests.visitor import Visitor

SOME_DAYS = "?from=2001-01-01&to=2001-01-02"


@pytest.fixture
async def talk(product: Product) -> Talk:
    """Open a conversation or two of two end users."""
    talk = await Talk.open(product)
    await talk.say("First", "a", user="ada")
    await talk.say('Second, with "quotes"\nand a line', "a", user="ada")
    await talk.say("Third", "b", user="bob")
    return talk


async def export(workspace: Workspace, query: str = "") -> list[dict[str, Any]]:
    headers = {"Authorization": f"Bearer {workspace.admin_token}"}
    url = f"{workspace.product.admin_url}/api/conversations/export{query}"
    async with workspace.product.http.get(url, headers=headers) as answer:
        assert (answer.status, answer.content_type) == (200, "application/jsonl"), await answer.text()
        return [orjson.loads(line) for line in (await answer.read()).splitlines()]


async def test_every_turn_is_one_line_with_what_was_said_by_whom_and_when(talk: Talk) -> None:
    third, second, first = await export(talk.workspace)

    assert [each["question"] for each in (first, third)] == ["First", "Third"]
    assert second["question"] == 'Second, with "quotes"\nand a line'
    assert (first["user"], first["conversation"], first["bot"]) == ("ada", "a", talk.bot["id"])
    assert (first["status"], first["model"], first["provider"]) == ("completed", "gpt-5-mini", "openai")
    assert first["answer"].startswith("You said: First")
    assert first["usage"]["input_tokens"] > 0
    assert first["accepted_at"] < first["ended_at"]


async def test_an_export_is_of_one_end_user_one_conversation_or_some_days(talk: Talk, product: Product) -> None:
    async def questions(query: str) -> list[str]:
        return [line["question"] for line in await export(talk.workspace, query)]

    assert await questions("?user=bob") == ["Third"]
    assert await questions("?conversation=a&user=ada") == ['Second, with "quotes"\nand a line', "First"]
    assert await questions("?conversation=a&user=bob") == []
    assert await questions(SOME_DAYS) == []
    stranger = await product.make_workspace()
    assert await export(stranger) == await export(stranger, "?conversation=a") == []
    for query, param in (("?from=x", "from"), ("?from=2026-02-02&to=2026-02-01", "from"), ("?who=ada", "who")):
        status, answer = await talk.workspace.admin("GET", f"/api/conversations/export{query}")
        assert (status, answer["error"]["param"]) == (422, param)


async def test_an_export_of_many_pages_has_each_turn_once(product: Product) -> None:
    workspace = await product.make_workspace()
    bot = await workspace.add_bot("mevichat:mini")
    door = Door(product, bot["token"], product.chat_url)
    asked = [(await door.ask(f"Question {number}")).turn_id for number in range(2 * PAGE + 1)]

    assert [line["turn_id"] for line in await export(workspace)] == asked[::-1]


async def test_what_was_erased_is_in_no_export(talk: Talk) -> None:
    await talk.workspace.admin("POST", "/api/erasures", {"user": "ada"})
    await until_erased(talk.workspace)

    assert [line["question"] for line in await export(talk.workspace)] == ["Third"]


async def test_admins_download_on_the_page_what_its_search_finds_and_viewers_do_not(talk: Talk) -> None:
    admin = await Visitor.of_workspace(talk.workspace, Role.ADMIN)
    viewer = await Visitor.of_workspace(talk.workspace, Role.VIEWER)

    file = await admin.get("/conversations.jsonl?user=bob")

    assert [orjson.loads(line)["question"] for line in file.text.splitlines()] == ["Third"]
    assert file.headers["Content-Disposition"].startswith('attachment; filename="conversations-')
    assert "/conversations.jsonl?user=bob" in (await admin.get("/conversations?user=bob")).text
    assert "jsonl" not in (await viewer.get("/conversations")).text
    assert (await viewer.get("/conversations.jsonl")).status == 403


async def test_an_end_user_is_erased_on_a_page_by_an_admin_alone(talk: Talk) -> None:
    admin = await Visitor.of_workspace(talk.workspace, Role.ADMIN)
    viewer = await Visitor.of_workspace(talk.workspace, Role.VIEWER)

    refused, done = (
        await admin.post("/conversations/erase", user=""),
        await admin.post("/conversations/erase", user="ada"),
    )
    await until_erased(talk.workspace)

    assert (refused.status, 'id="user-problem"' in refused.text) == (422, True)
    assert (done.status, done.leads_to) == (303, "/conversations/erase?done=erasure-ordered")
    unnamed = await admin.post("/conversations/erase", user="Ada")
    assert unnamed.leads_to == "/conversations/erase?done=erasure-unnamed"
    assert 'value="ada &amp; co"' in (await admin.get("/conversations/erase?user=ada+%26+co")).text
    assert [line["user"] for line in await export(talk.workspace)] == ["bob"]
    assert (await viewer.post("/conversations/erase", user="bob")).status == 403
