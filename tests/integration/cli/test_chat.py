"""`mevichat chat`: one conversation in the terminal, against the running product."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from infra.cli.chat import unnamed_sources
from shared.domain.catalogue import MINI
from shared.store.tokens.list import list_tokens
from tests.integration.cli.commands import ENDS_WITHIN_SECONDS, clean_environment, start
from tests.product import Product, Workspace, running_product

CLOSED = "The shop is closed on Sundays and Mondays."


@pytest.fixture
async def product(database_url: str, redis_url: str) -> AsyncIterator[Product]:
    async with running_product(database_url, redis_url) as running:
        yield running


async def make_bot(workspace: Workspace) -> dict[str, Any]:
    bot = await workspace.add_bot(MINI, name="Shop")
    status, _ = await workspace.admin("POST", "/api/documents", {"bot_id": bot["id"], "title": "Hours", "text": CLOSED})
    assert status == 201
    return bot


async def type_into_chat(product: Product, bot: str, typed: str, folder: Path) -> tuple[int, str]:
    environment = clean_environment() | {
        "MEVICHAT_DATA_DIR": str(folder),
        "MEVICHAT_DATABASE_URL": product.settings.database_url or "",
        "MEVICHAT_GATEWAY_PORT": str(product.settings.gateway_port),
    }
    process = await start("chat", bot, environment=environment, stdin=asyncio.subprocess.PIPE)
    out, _ = await asyncio.wait_for(process.communicate(typed.encode()), ENDS_WITHIN_SECONDS)
    return process.returncode or 0, out.decode()


async def test_a_bots_token_opens_a_conversation(product: Product, tmp_path: Path) -> None:
    bot = await make_bot(await product.make_workspace())
    code, out = await type_into_chat(product, bot["token"], "When is the shop closed?\n\n", tmp_path)
    assert (code, CLOSED in out) == (0, True), out


async def test_a_bots_name_lends_a_token_that_ends_with_the_conversation(product: Product, tmp_path: Path) -> None:
    workspace = await product.make_workspace()
    await make_bot(workspace)
    code, out = await type_into_chat(product, "Shop", "When is the shop closed?\n", tmp_path)
    assert (code, CLOSED in out) == (0, True), out
    tokens = await list_tokens(product.database, UUID(workspace.workspace_id))
    assert [token.revoked_at is not None for token in tokens if token.name == "mevichat chat"] == [True]


async def test_what_the_door_refuses_is_said_in_its_own_words(product: Product, tmp_path: Path) -> None:
    _, out = await type_into_chat(product, "mvb_unknown", "Hello\n", tmp_path)
    assert "token" in out.lower() or "api key" in out.lower()


async def test_a_source_that_the_reply_names_itself_is_not_named_again(product: Product, tmp_path: Path) -> None:
    bot = await make_bot(await product.make_workspace())
    _, out = await type_into_chat(product, bot["token"], "When is the shop closed?\n\n", tmp_path)
    assert (out.count("Hours"), "Sources:" in out) == (1, False), out


def test_sources_that_the_reply_does_not_name_are_named_below_it() -> None:
    sources = [{"title": "Hours", "passage": 1}, {"title": "Returns", "passage": 3}]
    assert unnamed_sources("Closed on Sundays.", sources) == "Sources: Hours, passage 1; Returns, passage 3"
    assert unnamed_sources("Closed. (Source: Hours)", sources) == "Sources: Returns, passage 3"


async def test_a_name_that_no_bot_has_is_answered_with_where_the_names_are(product: Product, tmp_path: Path) -> None:
    await product.make_workspace()
    _, out = await type_into_chat(product, "nosuch", "", tmp_path)
    assert out == "No bot has the id or name nosuch; `mevichat bot list Test` shows them.\n"


async def test_without_a_product_one_sentence_says_so(tmp_path: Path) -> None:
    process = await start("chat", environment={"MEVICHAT_DATA_DIR": str(tmp_path)})
    out, _ = await asyncio.wait_for(process.communicate(), ENDS_WITHIN_SECONDS)
    assert process.returncode == 2
    assert out.decode().startswith("Say which bot")
