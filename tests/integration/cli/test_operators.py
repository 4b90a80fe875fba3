"""What an operator does at the command line, from an empty database to a revoked token."""

from __future__ import annotations

from collections.abc import AsyncIterator
from uuid import UUID

import pytest

from shared.domain.plans import Plan
from shared.domain.token_format import hash_token
from shared.ids import new_id
from shared.store.audit.read import list_audit
from shared.store.database import Database
from shared.store.tokens.find import find_token
from shared.store.workspaces.read import find_workspace
from tests.integration.cli.commands import mevichat

Installation = dict[str, str]


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database.connect(database_url, connections=1, application_name="test")
    yield database
    await database.close()


async def say(installation: Installation, *words: str) -> str:
    """Run a command that must work; return its last line."""
    ended = await mevichat(*words, environment=installation)
    assert ended.code == 0, ended.err
    return ended.last_line


async def refusal(installation: Installation, *words: str) -> str:
    """Run a command that must be refused; return its one sentence."""
    ended = await mevichat(*words, environment=installation)
    assert ended.code == 2, ended
    assert ended.out == ""
    assert ended.err.count("\n") == 1, ended.err
    return ended.err.strip()


async def test_a_workspace_gets_its_plans_limits_and_each_can_be_changed(
    installation: Installation, database: Database
) -> None:
    workspace_id = UUID(await say(installation, "workspace", "create", "Acme", "--plan", "pro"))
    made = await find_workspace(database, workspace_id)
    assert made is not None
    assert (made.plan, made.slots, made.message_limit) == (Plan.PRO, 64, 5000)
    await say(installation, "workspace", "plan", "Acme", "scale")
    await say(installation, "workspace", "slots", "Acme", "7")
    await say(installation, "workspace", "quota", str(workspace_id), "9")
    changed = await find_workspace(database, workspace_id)
    assert changed is not None
    assert (changed.plan, changed.slots, changed.message_limit) == (Plan.SCALE, 7, 9)
    audit = await list_audit(database, workspace_id=workspace_id, limit=10, before_id=None)
    assert {(row.actor, row.source) for row in audit} == {("operator", "command line")}
    assert [row.action for row in audit] == [f"workspace.{what}" for what in ("quota", "slots", "plan", "create")]
    assert str(workspace_id) in (await mevichat("workspace", "list", environment=installation)).out


async def test_a_bots_token_is_printed_once_rotated_and_revoked(installation: Installation, database: Database) -> None:
    await say(installation, "workspace", "create", "Acme")
    bot_id = UUID(await say(installation, "bot", "create", "Acme", "Shop"))
    token = await say(installation, "token", "create", "Acme", "--bot", "Shop")
    holder = await find_token(database, hash_token(token))
    assert holder is not None
    assert holder.bot is not None
    assert holder.bot.bot_id == bot_id
    listed = (await mevichat("token", "list", "Acme", environment=installation)).out
    assert token not in listed
    assert str(holder.token_id) in listed
    second = await say(installation, "token", "rotate", "Acme", str(holder.token_id))
    assert await find_token(database, hash_token(token)) is None
    rotated = await find_token(database, hash_token(second))
    assert rotated is not None
    await say(installation, "token", "revoke", "Acme", str(rotated.token_id))
    assert await find_token(database, hash_token(second)) is None


async def test_a_token_without_a_bot_is_an_admin_token(installation: Installation, database: Database) -> None:
    await say(installation, "workspace", "create", "Acme")
    token = await say(installation, "token", "create", "Acme")
    holder = await find_token(database, hash_token(token))
    assert token.startswith("mva_")
    assert holder is not None
    assert holder.bot is None


async def test_what_cannot_be_done_is_one_sentence_and_exit_2(installation: Installation) -> None:
    unknown = str(new_id())
    assert "No workspace has the id or name nobody" in await refusal(installation, "bot", "list", "nobody")
    assert f"No workspace has the id or name {unknown}" in await refusal(
        installation, "workspace", "slots", unknown, "3"
    )
    await say(installation, "workspace", "create", "Acme")
    assert "There is no model gpt-1" in await refusal(installation, "bot", "create", "Acme", "B", "--model", "gpt-1")
    assert "needs the plan scale" in await refusal(installation, "bot", "create", "Acme", "B", "--model", "gpt-5")
    assert "No bot" in await refusal(installation, "token", "create", "Acme", "--bot", unknown)
    assert "no good token" in await refusal(installation, "token", "revoke", "Acme", unknown)
    assert "no good token" in await refusal(installation, "token", "rotate", "Acme", unknown)
    await say(installation, "workspace", "create", "Acme", "--same-name")
    assert "2 workspaces are named Acme" in await refusal(installation, "bot", "list", "Acme")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("workspace", "retention", "Acme", "-4"), "days must be a whole number from 0 to 3650, not -4."),
        (("workspace", "quota", "Acme", "-1.5"), "messages must be a whole number from 0 to 2147483647, not -1.5."),
        (("workspace", "slots", "-3", "Acme"), "No workspace has the id or name -3"),
        (("workspace", "slots", "Acme", "-3"), "turns must be a whole number from 1 to 2147483647, not -3."),
        (("workspace", "slots", "Acme", "-1e3"), "turns must be a whole number from 1 to 2147483647, not -1e3."),
        (("workspace", "quota", "Acme", "-.5"), "messages must be a whole number from 0 to 2147483647, not -.5."),
        (("demo", "seed", "--turns", "-5"), "turns must be a whole number from 1 to 100000000, not -5."),
        (("demo", "seed", "--bots=many"), "bots must be a whole number from 1 to 10000, not many."),
    ],
)
async def test_a_number_that_cannot_be_is_named_with_the_range(
    installation: Installation, words: tuple[str, ...], sentence: str
) -> None:
    await say(installation, "workspace", "create", "Acme")
    assert sentence in await refusal(installation, *words)


@pytest.mark.parametrize("turns", ["3", "-3"])
async def test_an_option_that_there_is_not_is_still_no_value(installation: Installation, turns: str) -> None:
    ended = await mevichat("workspace", "slots", "Acme", turns, "--fast", environment=installation)
    assert (ended.code, "No such option: --fast" in ended.err) == (2, True)


async def test_a_wrong_setting_is_one_sentence_and_exit_2(installation: Installation) -> None:
    assert "MEVICHAT_CONCURENCY is not a setting" in await refusal(
        installation | {"MEVICHAT_CONCURENCY": "3"}, "worker"
    )
    assert "MEVICHAT_GATEWAY_PORT" in await refusal(installation | {"MEVICHAT_GATEWAY_PORT": "x"}, "workspace", "list")


async def test_a_name_with_markup_is_shown_as_it_is(installation: Installation) -> None:
    await say(installation, "workspace", "create", "[red]Acme[/red]")
    assert "[red]Acme[/red]" in (await mevichat("workspace", "list", environment=installation)).out
