"""The second wall: what PostgreSQL itself shows and allows to the roles that the services connect with."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from sqlalchemy import text

from shared.domain.roles import Role
from shared.ids import new_id
from shared.store.bots.read import find_bot
from shared.store.bots.write import delete_bot, update_bot
from shared.store.database import Database, DatabaseRole
from shared.store.errors import StoreError
from tests.actor import TESTER
from tests.integration.dashboard.walk import make_things
from tests.product import Product, Workspace, running_product
from tests.servers import until
from tests.visitor import Visitor

SERVICE = DatabaseRole.SERVICE
OF_THE_INSTALLATION = {"alembic_version", "backlog", "login_failures"}
"""Tables that hold nothing of a workspace."""
UNCONDITIONAL = [
    "UPDATE bots SET name = 'taken'",
    "UPDATE provider_keys SET label = 'taken'",
    "UPDATE turns SET question = 'taken'",
    "UPDATE document_uploads SET file_name = 'taken'",
    "DELETE FROM documents",
    "UPDATE members SET role = 'owner'",
]
BEYOND_A_WORKSPACE = [
    "UPDATE workspaces SET plan = 'scale'",
    "UPDATE workspace_counters SET slots = 1000",
    "UPDATE workspace_counters SET message_limit = 1000000",
    "UPDATE usage_daily SET turns = 0",
    "UPDATE tokens SET token_hash = '\\x00'",
    "UPDATE bots SET workspace_id = '00000000-0000-7000-8000-000000000000'",
    "DELETE FROM turns",
    "DELETE FROM audit",
    "UPDATE audit SET actor = 'nobody'",
    "SELECT * FROM login_failures",
    "SELECT accept_turns('[]', 1, 1)",
    "SELECT claim_turns('{}', '{}', '', 1)",
    "SELECT running_processes()",
]
BEYOND_A_SERVICE = [
    "DROP TABLE turns",
    "TRUNCATE turns",
    "ALTER TABLE turns DISABLE ROW LEVEL SECURITY",
    "DELETE FROM turns",
    "DELETE FROM usage_events",
    "DELETE FROM provider_keys",
    "UPDATE audit SET actor = 'nobody'",
    "CREATE TABLE another (id integer)",
    "SELECT pg_read_file('/etc/passwd')",
    "COPY turns TO '/tmp/turns'",
]


@dataclass(frozen=True, slots=True)
class TwoWorkspaces:
    """Two workspaces with one of everything, and the database as a service and as its owner see it."""

    ours: UUID
    theirs: UUID
    their_bot: UUID
    service: Database
    owner: Database
    url: str


@pytest.fixture
async def two(database_url: str, redis_url: str) -> AsyncIterator[TwoWorkspaces]:
    # an erasure that is under way stays so: nobody carries it out
    async with running_product(database_url, redis_url, without=frozenset({"sweeper"})) as product:
        made = [await _workspace_with_everything(product) for _ in range(2)]
        service = Database.connect(
            database_url, connections=2, application_name="test-service", role=DatabaseRole.SERVICE
        )
        try:
            yield TwoWorkspaces(made[0][0], made[1][0], made[1][1], service, product.database, database_url)
        finally:
            await service.close()


async def _workspace_with_everything(product: Product) -> tuple[UUID, UUID]:
    workspace = await product.make_workspace()
    things = await make_things(workspace)
    await workspace.admin("PUT", "/api/notices/settings", {"webhook_url": "https://hooks.example.com/"})
    await workspace.admin("POST", "/api/notices/test")
    await workspace.admin("POST", "/api/erasures", {"user": "somebody"})
    other = await workspace.add_bot("mevichat:mini")
    await workspace.admin("PATCH", f"/api/bots/{other['id']}", {"language": "german"})
    await Visitor.of_workspace(workspace, Role.OWNER)
    await until(lambda: _is_counted(product, workspace))
    return UUID(workspace.workspace_id), UUID(things["bot"])


async def _is_counted(product: Product, workspace: Workspace) -> bool:
    count = text("SELECT 1 FROM usage_daily WHERE workspace_id = :id")
    return bool(await product.database.call(count, id=UUID(workspace.workspace_id)))


async def tables_of(database: Database) -> list[str]:
    rows = await database.call(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"))
    return [row.tablename for row in rows]


async def test_every_table_has_a_policy_for_one_workspace_or_holds_nothing_of_any(two: TwoWorkspaces) -> None:
    walled = await two.owner.call(
        text(
            "SELECT p.tablename FROM pg_policies AS p JOIN pg_class AS c ON c.relname = p.tablename "
            "WHERE c.relrowsecurity AND 'mevichat_workspace' = ANY (p.roles)"
        )
    )
    assert {row.tablename for row in walled} == set(await tables_of(two.owner)) - OF_THE_INSTALLATION


async def test_a_query_without_any_condition_sees_one_workspace_in_every_table(two: TwoWorkspaces) -> None:
    for table in set(await tables_of(two.owner)) - OF_THE_INSTALLATION:
        everything = text(f"SELECT t::text AS line FROM {table} AS t")
        ours = {row.line for row in await two.service.of(two.ours).call(everything)}
        theirs = {row.line for row in await two.service.of(two.theirs).call(everything)}
        whole = {row.line for row in await two.owner.call(everything)}
        assert ours, f"nothing in {table} to be shown or hidden"
        assert not ours & theirs, table
        assert ours | theirs == whole, table
        assert not any(str(two.theirs) in line for line in ours), table


async def test_a_connection_that_served_another_workspace_before_sees_nothing_of_it(two: TwoWorkspaces) -> None:
    names = text("SELECT id FROM workspaces")
    for _ in range(3):
        for workspace in (two.ours, two.theirs):
            walled = two.service.of(workspace)
            assert [row.id for row in await walled.call(names)] == [workspace]
            async with walled.transaction() as connection:
                assert [row.id for row in await connection.execute(names)] == [workspace]
            async with walled.snapshot() as connection:
                assert [row.id for row in await connection.execute(names)] == [workspace]


async def test_a_transaction_that_was_rolled_back_leaves_no_workspace_behind(two: TwoWorkspaces) -> None:
    names = text("SELECT id FROM workspaces")
    for workspace in (two.ours, two.theirs):
        with pytest.raises(StoreError):
            async with two.service.of(workspace).transaction() as connection:
                await connection.execute(text("SELECT 1 / 0"))
        other = two.ours if workspace == two.theirs else two.theirs
        assert [row.id for row in await two.service.of(other).call(names)] == [other]


async def test_a_connection_that_stands_for_no_workspace_sees_none(database_url: str) -> None:
    nobody = Database.connect(database_url, connections=1, application_name="test-nobody", role=DatabaseRole.WORKSPACE)
    try:
        for table in set(await tables_of(nobody)) - OF_THE_INSTALLATION:
            assert not await nobody.call(text(f"SELECT 1 FROM {table}")), table
    finally:
        await nobody.close()


async def test_a_store_function_that_is_asked_for_anothers_workspace_finds_and_changes_nothing(
    two: TwoWorkspaces,
) -> None:
    walled = two.service.of(two.ours)
    assert await find_bot(walled, workspace_id=two.theirs, bot_id=two.their_bot) is None
    where = {"workspace_id": two.theirs, "bot_id": two.their_bot}
    assert (
        await update_bot(
            walled, lambda _: {"name": "taken"}, workspace_id=two.theirs, bot_id=two.their_bot, actor=TESTER
        )
        is None
    )
    with pytest.raises(StoreError):  # the audit's row would be theirs
        await delete_bot(walled, actor=TESTER, **where)
    theirs = await find_bot(two.owner, workspace_id=two.theirs, bot_id=two.their_bot)
    assert theirs is not None
    assert theirs.name == "Test"


async def test_a_change_without_any_condition_changes_one_workspace(two: TwoWorkspaces) -> None:
    for statement in UNCONDITIONAL:
        table = statement.removeprefix("UPDATE ").removeprefix("DELETE FROM ").split()[0]
        theirs = text(f"SELECT t::text AS line FROM {table} AS t WHERE workspace_id = :id")
        before = [row.line for row in await two.owner.call(theirs, id=two.theirs)]
        await two.service.of(two.ours).call(text(statement))
        assert [row.line for row in await two.owner.call(theirs, id=two.theirs)] == before


async def test_a_workspaces_role_may_not_give_itself_more_nor_do_a_services_work(
    two: TwoWorkspaces,
) -> None:
    for statement in BEYOND_A_WORKSPACE:
        with pytest.raises(StoreError):
            await two.service.of(two.ours).call(text(statement))
            pytest.fail(f"allowed: {statement}")


async def test_a_service_may_not_drop_empty_rewrite_or_leave_the_database(two: TwoWorkspaces) -> None:
    for statement in BEYOND_A_SERVICE:
        with pytest.raises(StoreError):
            await two.service.call(text(statement))
            pytest.fail(f"allowed: {statement}")


async def test_a_user_that_may_become_the_two_roles_is_enough_for_a_service(two: TwoWorkspaces) -> None:
    name, password = f"app_{new_id().hex}", new_id().hex
    await two.owner.call(text(f"CREATE ROLE {name} LOGIN NOINHERIT PASSWORD '{password}'"))
    await two.owner.call(text(f"GRANT mevichat_service, mevichat_workspace TO {name}"))
    url = (
        urlsplit(two.url)._replace(netloc=f"{name}:{password}@{two.url.rpartition('@')[2].partition('/')[0]}").geturl()
    )
    service, itself = (
        Database.connect(url, connections=1, application_name="app", role=role) for role in (SERVICE, None)
    )
    try:
        assert len(await service.call(text("SELECT 1 FROM workspaces"))) == 2
        assert len(await service.of(two.ours).call(text("SELECT 1 FROM workspaces"))) == 1
        with pytest.raises(StoreError):
            await itself.call(text("SELECT 1 FROM workspaces"))
    finally:
        await service.close()
        await itself.close()
        await two.owner.call(text(f"DROP ROLE {name}"))
