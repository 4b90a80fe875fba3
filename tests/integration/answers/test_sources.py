"""A reply carries the passages that it was answered from, by whichever door it leaves."""

from __future__ import annotations

from typing import Any

from tests.integration.answers.test_response_cache import bot_of
from tests.integration.gateway.door import Door
from tests.product import Product, Workspace
from tests.visitor import Visitor

TEXT = "We open at nine in the morning."


async def add_hours(workspace: Workspace, bot: dict[str, Any]) -> list[dict[str, Any]]:
    """Give the bot a document; return the sources of an answer from it."""
    body = {"bot_id": bot["id"], "title": "Opening <hours>", "text": TEXT}
    _, document = await workspace.admin("POST", "/api/documents", body)
    return [{"document_id": document["id"], "title": "Opening <hours>", "passage": 1}]


async def test_every_door_shows_the_sources(product: Product) -> None:
    workspace = await product.make_workspace()
    bot, door = await bot_of(workspace, cache_seconds=0)
    sources = await add_hours(workspace, bot)

    whole, stream = await door.ask("When do you open?"), await door.stream("When do you open?")

    assert whole.body["mevichat"]["sources"] == sources
    assert stream.mevichat["sources"] == sources
    assert (await door.turn(whole.turn_id))["sources"] == sources
    assert (await workspace.admin("GET", f"/api/turns/{whole.turn_id}"))[1]["sources"] == sources
    visitor = await Visitor.of_workspace(workspace)
    page = (await visitor.get(f"/turns/{whole.turn_id}")).text
    assert f'href="/bots/{bot["id"]}/documents#document-{sources[0]["document_id"]}">Opening &lt;hours&gt;</a>' in page


async def test_a_kept_answer_keeps_its_sources(product: Product) -> None:
    workspace = await product.make_workspace()
    bot, door = await bot_of(workspace)
    sources = await add_hours(workspace, bot)
    await door.ask("When do you open?")

    kept = await door.ask("When do you open?")

    assert kept.body["mevichat"]["cached"] is True
    assert kept.body["mevichat"]["sources"] == sources
    assert (await door.turn(kept.turn_id))["sources"] == sources


async def test_mini_names_only_what_it_quotes_and_nothing_where_it_has_no_answer(product: Product) -> None:
    workspace = await product.make_workspace()
    bot = await workspace.add_bot("mevichat:mini")
    door = Door(product, bot["token"], product.chat_url)
    sources = await add_hours(workspace, bot)

    assert (await door.ask("When do you open?")).body["mevichat"]["sources"] == sources
    assert (await door.ask("Bananas?")).body["mevichat"]["sources"] == []
