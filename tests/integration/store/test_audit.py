"""The audit: written with the change, kept for ever, found by target and action."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from shared.domain.actor import Actor
from shared.domain.key_states import KeyState
from shared.ids import new_id
from shared.store.audit.append import append_refusal
from shared.store.audit.read import list_audit
from shared.store.audit.rows import AuditEntry, AuditRow
from shared.store.database import Database
from shared.store.errors import StoreError
from shared.store.keys.change import patch_key
from shared.store.keys.rows import Rotation, Standing, Verdict
from shared.store.keys.verdict import apply_verdict
from shared.store.keys.write import delete_key, rotate_key
from shared.store.workspaces.change import set_message_limit, set_slots
from tests.actor import TESTER
from tests.integration.store.bench import FAILED, Bench, failed

REWRITES = [
    "UPDATE audit SET actor = 'nobody'",
    "UPDATE audit SET at = now() WHERE id = -1",
    "DELETE FROM audit",
    "DELETE FROM audit WHERE id = -1",
    "TRUNCATE audit",
    "TRUNCATE workspaces CASCADE",
    "INSERT INTO audit OVERRIDING SYSTEM VALUE SELECT * FROM audit ON CONFLICT (id) DO UPDATE SET actor = 'nobody'",
]


async def entries(bench: Bench, **asked: str) -> list[AuditRow]:
    """Read the workspace's entries, the oldest first."""
    return list(reversed(await list_audit(bench.database, workspace_id=bench.workspace_id, limit=100, **asked)))  # type: ignore[arg-type]


@pytest.mark.parametrize("statement", REWRITES)
async def test_nobody_rewrites_the_audit_on_the_applications_own_connection(bench: Bench, statement: str) -> None:
    before = await entries(bench)

    with pytest.raises(StoreError):
        await bench.sql(statement)

    assert await entries(bench) == before != []


async def test_a_session_that_replays_another_servers_changes_rewrites_nothing_either(bench: Bench) -> None:
    with pytest.raises(StoreError):
        async with bench.database.transaction() as connection:
            await connection.execute(text("SET LOCAL session_replication_role = replica"))
            await connection.execute(text("DELETE FROM audit"))

    assert await entries(bench)


async def test_every_change_of_a_key_shows_its_fingerprint_before_and_after(bench: Bench) -> None:
    use = await bench.add_key()
    where = {"workspace_id": bench.workspace_id, "key_id": use.key_id}
    rotation = Rotation(use.key_id, bench.workspace_id, "m", sealed=b"new", fingerprint=b"n")
    await rotate_key(bench.database, rotation, actor=TESTER)
    await patch_key(bench.database, **where, label="Second", default=None, disabled=None, actor=TESTER)
    verdict = Verdict(use.key_id, bench.workspace_id, version=2, verdict_seq=1, standing=Standing(KeyState.INVALID))
    await apply_verdict(bench.database, verdict)
    await delete_key(bench.database, **where, actor=TESTER)

    old, new = use.key_id.hex, b"n".hex()
    assert [
        (row.action, row.fingerprint_before, row.fingerprint_after)
        for row in await entries(bench, target=str(use.key_id))
    ] == [
        ("key.create", None, old),
        ("key.rotate", old, new),
        ("key.update", new, new),
        ("key.invalid", new, new),
        ("key.delete", new, None),
    ]


async def test_a_suspicion_names_the_worker_and_a_verdict_whoever_asked_for_it(bench: Bench) -> None:
    use = await bench.add_key()
    turn = await bench.accepted_and_claimed()
    await bench.record(failed(turn, key_use=use, refused=True))
    person = Actor("token 7", "192.0.2.7")
    for seq, actor in ((0, None), (1, person)):
        verdict = Verdict(use.key_id, bench.workspace_id, version=1, verdict_seq=seq, standing=Standing())
        named = verdict if actor is None else Verdict(**_fields(verdict) | {"actor": actor})  # type: ignore[arg-type]
        assert (await apply_verdict(bench.database, named)).applied

    _, suspicion, *_ = rows = await entries(bench, target=str(use.key_id))
    assert suspicion.details == {"reason_code": FAILED.type, "model": "gpt-5-mini", "version": 1}
    assert [(row.action, row.actor, row.source) for row in rows[1:]] == [
        ("key.suspect", "worker", "worker"),
        ("key.active", "validator", "validator"),
        ("key.active", "token 7", "192.0.2.7"),
    ]


def _fields(verdict: Verdict) -> dict[str, object]:
    return {name: getattr(verdict, name) for name in verdict.__slots__}


async def test_slots_and_quota_leave_their_figures(bench: Bench) -> None:
    await set_slots(bench.database, workspace_id=bench.workspace_id, slots=9, actor=TESTER)
    await set_message_limit(bench.database, workspace_id=bench.workspace_id, message_limit=7, actor=TESTER)

    found = await entries(bench, target=str(bench.workspace_id))

    assert [(row.action, row.details) for row in found][1:] == [
        ("workspace.slots", {"slots": 9}),
        ("workspace.quota", {"message_limit": 7}),
    ]
    assert found[1:] == await entries(bench, action="workspace.slots") + await entries(bench, action="workspace.quota")


async def test_a_refused_attempt_is_noted_and_changes_no_epoch(bench: Bench) -> None:
    before = (await bench.workspace()).epoch
    entry = AuditEntry(bench.workspace_id, TESTER, "key.refused", bench.workspace_id, {"code": "key_refused"})

    await append_refusal(bench.database, entry)

    assert [row.details for row in await entries(bench, action="key.refused")] == [{"code": "key_refused"}]
    assert (await bench.workspace()).epoch == before


async def test_a_page_goes_on_behind_the_last_and_shows_no_other_workspaces_entries(
    database: Database, bench: Bench
) -> None:
    await Bench.prepare(database)
    everything = await entries(bench)

    (newest,) = await list_audit(database, workspace_id=bench.workspace_id, limit=1)
    older = await list_audit(database, workspace_id=bench.workspace_id, limit=10, before_id=newest.id)

    assert [*reversed(older), newest] == everything
    assert {row.action for row in everything} == {"workspace.create", "bot.create"}
    assert await list_audit(database, workspace_id=new_id(), limit=10) == []
