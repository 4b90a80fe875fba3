"""`mevichat member`: who may sign in, and a password that is printed once."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from services.dashboard.signing_in.passwords import is_password
from shared.domain.roles import Role
from shared.store.database import Database
from shared.store.members.read import find_member
from shared.store.sessions.sessions import find_session, open_session
from tests.integration.cli.commands import mevichat

Installation = dict[str, str]
LONG = 9_999.0


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database.connect(database_url, connections=1, application_name="test")
    yield database
    await database.close()


async def say(installation: Installation, *words: str) -> str:
    ended = await mevichat(*words, environment=installation)
    assert ended.code == 0, ended.err
    return ended.last_line if ended.out else ""


async def refusal(installation: Installation, *words: str) -> str:
    ended = await mevichat(*words, environment=installation)
    assert ended.code == 2
    assert ended.err.count("\n") == 1
    return ended.err


async def test_an_owner_is_added_listed_given_another_password_and_not_removed_while_the_last(
    installation: Installation, database: Database
) -> None:
    await say(installation, "workspace", "create", "Acme")
    first = await say(installation, "member", "add", "Ann@Example.com", "--workspace", "Acme", "--role", "owner")
    ann = await find_member(database, "ann@example.com")
    assert ann is not None
    assert ann.role is Role.OWNER
    assert await is_password(first, ann.password_hash)
    await open_session(database, cookie_hash=b"c", member_id=ann.member_id, keep_seconds=LONG)

    second = await say(installation, "member", "password", "ann@example.com")

    ann = await find_member(database, "ann@example.com")
    assert ann is not None
    assert (await is_password(first, ann.password_hash), await is_password(second, ann.password_hash)) == (False, True)
    assert await find_session(database, b"c", whole_life_seconds=LONG, idle_life_seconds=LONG) is None
    listed = (await mevichat("member", "list", "--workspace", "Acme", environment=installation)).out
    assert listed == (await mevichat("member", "list", "Acme", environment=installation)).out
    assert "ann@example.com" in listed
    assert "owner" in listed
    assert second not in listed
    assert "last owner" in await refusal(installation, "member", "remove", "ann@example.com")
    await say(installation, "member", "add", "bob@example.com", "--workspace", "Acme", "--role", "owner")
    await say(installation, "member", "remove", "ann@example.com")
    assert await find_member(database, "ann@example.com") is None


async def test_an_operator_belongs_to_no_workspace(installation: Installation, database: Database) -> None:
    await say(installation, "member", "add", "op@example.com", "--operator")
    operator = await find_member(database, "op@example.com")
    assert operator is not None
    assert (operator.role, operator.workspace_id) == (Role.OPERATOR, None)
    assert "op@example.com" in (await mevichat("member", "list", "--operator", environment=installation)).out
    await say(installation, "member", "remove", "op@example.com")
    assert await find_member(database, "op@example.com") is None


async def test_what_cannot_be_done_is_one_sentence(installation: Installation) -> None:
    await say(installation, "workspace", "create", "Acme")
    of_acme = ("--workspace", "Acme")
    await say(installation, "member", "add", "ann@example.com", *of_acme)
    assert "already" in await refusal(installation, "member", "add", "ANN@example.com", *of_acme)
    assert "no e-mail address" in await refusal(installation, "member", "add", "ann", *of_acme)
    assert "either a workspace or --operator" in await refusal(installation, "member", "add", "b@example.com")
    assert "either a workspace or --operator" in await refusal(
        installation, "member", "add", "b@example.com", *of_acme, "--operator"
    )
    assert "operator is no role of a workspace" in await refusal(
        installation, "member", "add", "b@example.com", "Acme", "--role", "operator"
    )
    assert "Two workspaces are named" in await refusal(installation, "member", "list", "Other", *of_acme)
    assert "Nobody signs in" in await refusal(installation, "member", "password", "b@example.com")
