"""`mevichat vault`: everything is sealed anew while the product runs, whatever stops it; nothing is forgotten."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import text

from shared.domain.plans import Plan
from shared.domain.secret import Secret
from shared.ids import new_id
from shared.keys.reseal import look_through, reseal
from shared.store.database import Database
from shared.store.keys.read import find_key, list_keys
from shared.store.keys.rows import NewKey, Rotation, SameKey
from shared.store.keys.write import insert_key, rotate_key
from shared.store.notices.rows import NoticeSettings
from shared.store.notices.settings import change_notice_settings, read_notice_settings
from shared.store.sealed.columns import find_sealed_columns
from shared.store.workspaces.create import create_workspace
from shared.vault.master_keys import new_master_key, parse_master_keys
from shared.vault.places import PLACES
from shared.vault.vault import Vault
from tests.actor import TESTER
from tests.integration.cli.commands import mevichat, start
from tests.servers import until

OLD, NEW = new_master_key(), new_master_key()
MANY = 1_200
SEALED = MANY + 1
WORKSPACE = new_id()
HOLD = text("SELECT 1 FROM provider_keys WHERE id = :key_id FOR UPDATE")
SECRET = Secret("whsec_" + "s" * 44)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database.connect(database_url, connections=4, application_name="test")
    yield database
    await database.close()


@pytest.fixture
async def keys(database: Database) -> dict[UUID, str]:
    """Seal many keys and a webhook's secret under the old master key; return the keys' texts."""
    await create_workspace(
        database, workspace_id=WORKSPACE, name="A", plan=Plan.SCALE, slots=9, message_limit=9, actor=TESTER
    )
    vault = vault_of(OLD)
    texts = {new_id(): f"sk-proj-planted-{number:06d}" for number in range(MANY)}
    for key_id, key_text in texts.items():
        await insert_key(database, new_key(vault, key_id, key_text), actor=TESTER)
    sealed = vault.seal_webhook_secret(SECRET, workspace_id=WORKSPACE)
    settings = NoticeSettings("https://example.com/hook", None, sealed)
    await change_notice_settings(database, lambda _: settings, workspace_id=WORKSPACE, actor=TESTER, details={})
    return texts


def vault_of(*master_keys: str) -> Vault:
    return Vault(parse_master_keys(",".join(master_keys)))


def new_key(vault: Vault, key_id: UUID, key_text: str) -> NewKey:
    sealed = vault.seal(Secret(key_text), workspace_id=WORKSPACE, key_id=key_id)
    print_ = vault.fingerprint(Secret(key_text), workspace_id=WORKSPACE)
    return NewKey(key_id, WORKSPACE, "openai", f"Key {key_id}", "sk-proj-•••", sealed=sealed, fingerprint=print_)


async def newly_sealed(database: Database) -> int:
    """Count what the new master key alone opens."""
    return sum([looked.newest async for looked in look_through(database, vault_of(NEW))])


async def test_a_rotation_that_is_killed_is_run_again_and_then_the_old_master_key_may_go(
    database: Database, keys: dict[UUID, str], installation: dict[str, str]
) -> None:
    both = installation | {"MEVICHAT_MASTER_KEYS": f"{NEW},{OLD}"}
    async with database.transaction() as connection:  # somebody holds a key in the middle: the rotation waits there
        await connection.execute(HOLD, {"key_id": sorted(keys)[MANY // 2]})
        rotation = await start("vault", "rotate", environment=both)
        await until(lambda: some_but_not_all(database))
        rotation.kill()
        await rotation.wait()
    half = await newly_sealed(database)
    assert 1 < half < SEALED

    ended = await mevichat("vault", "rotate", environment=both)

    assert ended.code == 0
    assert f"{SEALED - half:,} sealed anew, {half:,} were under the newest master key." in ended.out
    only_new = vault_of(NEW)
    for key in await list_keys(database, WORKSPACE):
        opened = only_new.open(key.sealed or b"", workspace_id=WORKSPACE, key_id=key.key_id)
        assert opened.open() == keys[key.key_id]
    kept = (await read_notice_settings(database, WORKSPACE)).sealed_secret or b""
    assert only_new.open_webhook_secret(kept, workspace_id=WORKSPACE).open() == SECRET.open()
    checked = await mevichat("vault", "check", environment=installation | {"MEVICHAT_MASTER_KEYS": NEW})
    assert (checked.code, checked.last_line) == (0, f"{SEALED:,} under the newest master key, 0 under an older one.")


async def some_but_not_all(database: Database) -> bool:
    return 1 < await newly_sealed(database) < SEALED


async def test_fingerprints_follow_so_that_equal_keys_are_still_recognised(
    database: Database, keys: dict[UUID, str]
) -> None:
    both = vault_of(NEW, OLD)

    async for looked in look_through(database, both):
        await reseal(database, looked)

    rows = await database.call(text("SELECT id, fingerprint FROM provider_keys"))
    only_new = vault_of(NEW)
    assert {row.id: row.fingerprint for row in rows} == {
        key_id: only_new.fingerprint(Secret(key_text), workspace_id=WORKSPACE) for key_id, key_text in keys.items()
    }


async def test_a_key_that_is_still_known_by_an_older_master_key_is_not_kept_twice(
    database: Database, keys: dict[UUID, str]
) -> None:
    both, (first, second, *_) = vault_of(NEW, OLD), list(keys)
    pasted = Secret(keys[first])
    newest, *older = both.fingerprints(pasted, workspace_id=WORKSPACE)
    key_id = new_id()

    twin = await insert_key(
        database, replace(new_key(both, key_id, keys[first]), older_fingerprints=tuple(older)), actor=TESTER
    )
    rotation = Rotation(
        second,
        WORKSPACE,
        "sk-proj-•••",
        both.seal(pasted, workspace_id=WORKSPACE, key_id=second),
        newest,
        older_fingerprints=tuple(older),
    )

    assert twin == SameKey(f"Key {first}")
    assert await rotate_key(database, rotation, actor=TESTER) == SameKey(f"Key {first}")


async def test_a_key_that_its_workspace_rotates_in_between_keeps_its_new_text(
    database: Database, keys: dict[UUID, str]
) -> None:
    both, key_id, pasted = vault_of(NEW, OLD), next(iter(keys)), Secret("sk-proj-pasted-anew")
    rotation = Rotation(
        key_id,
        WORKSPACE,
        "sk-proj-•••",
        both.seal(pasted, workspace_id=WORKSPACE, key_id=key_id),
        both.fingerprint(pasted, workspace_id=WORKSPACE),
    )

    async for looked in look_through(database, both):
        if key_id in {renewal.row.row_id for renewal in looked.renewals}:  # read, and not yet written
            await rotate_key(database, rotation, actor=TESTER)
        await reseal(database, looked)

    key = await find_key(database, workspace_id=WORKSPACE, key_id=key_id)
    assert key is not None
    assert both.open(key.sealed or b"", workspace_id=WORKSPACE, key_id=key_id).open() == pasted.open()


@pytest.mark.parametrize("command", ["rotate", "check"])
async def test_what_opens_under_no_master_key_is_named_and_the_command_fails(
    database: Database, installation: dict[str, str], command: str
) -> None:
    await create_workspace(
        database, workspace_id=WORKSPACE, name="A", plan=Plan.SCALE, slots=9, message_limit=9, actor=TESTER
    )
    lost = new_id()
    await insert_key(database, new_key(vault_of(OLD), lost, "sk-proj-lost"), actor=TESTER)

    ended = await mevichat("vault", command, environment=installation | {"MEVICHAT_MASTER_KEYS": NEW})

    assert ended.code == 1
    assert f"provider_keys {lost} of workspace {WORKSPACE} opens under none of the keys." in ended.out
    assert "sk-proj-lost" not in ended.out + ended.err


async def test_every_sealed_column_is_known_and_a_new_one_stops_the_rotation_before_it_begins(
    database: Database, installation: dict[str, str]
) -> None:
    found = {(column.table, column.column) for column in await find_sealed_columns(database)}
    assert found == {(place.table, place.column) for place in PLACES}
    await database.call(text("CREATE TABLE novelty (id uuid PRIMARY KEY, workspace_id uuid, word sealed_text)"))

    ended = await mevichat("vault", "rotate", environment=installation)

    assert ended.code == 2
    assert "novelty.word is sealed, but this version does not know for which purpose." in ended.err


async def test_no_column_of_another_type_holds_what_the_vault_sealed(database: Database, keys: dict[UUID, str]) -> None:
    columns = await database.call(
        text(
            "SELECT table_name, column_name FROM information_schema.columns "
            "WHERE table_schema = current_schema() AND data_type = 'bytea' AND domain_name IS NULL"
        )
    )
    assert columns
    for column in columns:
        counting = f"SELECT count(*) AS n FROM {column.table_name} WHERE {column.column_name} >= 'gAAAA'"
        rows = await database.call(text(f"{counting} AND {column.column_name} < 'gAAAB'"))
        assert rows[0].n == 0, column
