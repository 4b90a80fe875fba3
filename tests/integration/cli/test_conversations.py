"""`mevichat workspace retention`, `erase`, `export`: what an operator does with conversations."""

from __future__ import annotations

import orjson
import pytest
from sqlalchemy import text

from tests.integration.cli.commands import Ended, mevichat
from tests.integration.history.talks import Talk, until_erased
from tests.product import Product, running_product


async def test_conversations_are_exported_erased_and_given_days(
    database_url: str, redis_url: str, installation: dict[str, str]
) -> None:
    async with running_product(database_url, redis_url) as product:
        talk = await Talk.open(product)
        await talk.say("Hello from Ada", user="ada")
        await talk.say("Hello from Bob", "b", user="bob")

        async def run(*words: str) -> Ended:
            ended = await mevichat("workspace", words[0], "Test", *words[1:], environment=installation)
            assert ended.code == 0, ended.err
            return ended

        of_ada = await run("export", "--user", "ada")
        assert [orjson.loads(line)["question"] for line in of_ada.out.splitlines()] == ["Hello from Ada"]
        assert (await run("export", "--to", "2001-01-01")).out == ""

        assert "No turn names Ada at present" in (await run("erase", "Ada")).last_line
        assert (await run("erase", "ada")).last_line.startswith("Ordered")
        await until_erased(talk.workspace)
        assert [orjson.loads(line)["user"] for line in (await run("export")).out.splitlines()] == ["bob"]

        assert (await run("retention", "30")).last_line == "Test keeps texts for 30 days."
        assert await _retention(product) == 30
        assert (await run("retention", "0")).last_line == "Test keeps texts for ever."
        assert await _retention(product) is None


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("export", "Test", "--from", "soon"), "soon is no day"),
        (("erase", "Test", ""), "Name the end user"),
        (("erase", "Nobody", "ada"), "No workspace has the id or name Nobody"),
        (("retention", "Test", "abc"), "days must be a whole number from 0 to 3650, not abc."),
        (("slots", "Test", "0"), "turns must be a whole number from 1 to"),
        (("plan", "Test", "gold"), "gold is no plan; choose one of free, pro, scale."),
    ],
)
async def test_a_command_that_cannot_be_carried_out_says_why(
    installation: dict[str, str], words: tuple[str, ...], sentence: str
) -> None:
    await mevichat("workspace", "create", "Test", environment=installation)

    ended = await mevichat("workspace", *words, environment=installation)

    assert ended.code == 2
    assert sentence in ended.err + ended.out


async def _retention(product: Product) -> int | None:
    (row,) = await product.database.call(text("SELECT retention_days FROM workspaces"))
    days: int | None = row.retention_days
    return days
