"""Keys: refusals and verdicts are fenced by version and verdict_seq."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from shared.domain.key_states import KeyState
from shared.domain.turn_status import TurnStatus
from shared.ids import new_id
from shared.store.keys.change import patch_key
from shared.store.keys.read import list_keys
from shared.store.keys.rechecks import take_due_rechecks
from shared.store.keys.rows import (
    ChangeRefusal,
    ChangeResult,
    NewKey,
    Rotation,
    RotationResult,
    SameKey,
    Standing,
)
from shared.store.keys.suspects import suspect_keys
from shared.store.keys.verdict import apply_verdict, take_live_probe
from shared.store.keys.write import delete_key, insert_key, rotate_key
from shared.store.turns.record import record_attempts
from shared.store.turns.rows import KeyUse
from shared.store.workspaces.configuration import read_configurations
from tests.actor import TESTER
from tests.integration.store.bench import INVALID, Bench, failed, key_of, verdict


async def test_many_refusals_at_once_make_one_suspicion(bench: Bench) -> None:
    use = await bench.add_key()
    turns = [await bench.accepted_and_claimed() for _ in range(4)]

    results = await asyncio.gather(*(bench.record(failed(turn, key_use=use, refused=True)) for turn in turns))

    assert [result.suspected for result in results].count(True) == 1
    assert (await key_of(bench, use)).state is KeyState.SUSPECT


async def test_a_refusal_of_an_older_version_suspects_nothing(bench: Bench) -> None:
    use = await bench.add_key()
    turn = await bench.accepted_and_claimed()
    rotation = Rotation(use.key_id, bench.workspace_id, "sk-••••new1", sealed=b"new", fingerprint=b"n")
    assert await rotate_key(bench.database, rotation, actor=TESTER) == RotationResult(version=2)

    result = await bench.record(failed(turn, key_use=use, refused=True))

    assert not result.suspected
    assert (await key_of(bench, use)).state is KeyState.ACTIVE


async def test_a_stale_verdict_changes_nothing(bench: Bench) -> None:
    use = await bench.add_key()
    assert (await apply_verdict(bench.database, verdict(bench, use, INVALID))).applied

    late = await apply_verdict(bench.database, verdict(bench, use, Standing()))

    assert not late.applied
    key = await key_of(bench, use)
    assert (key.state, key.standing.reason) == (KeyState.INVALID, "OpenAI refused the key.")


async def test_a_verdict_frees_the_turns_that_waited_for_it(bench: Bench) -> None:
    use = await bench.add_key()
    turn = await bench.accepted_and_claimed()
    later = datetime.now(UTC) + timedelta(hours=1)
    end = failed(turn, status=TurnStatus.WAITING, key_use=use, waits_for_key=use.key_id, next_attempt_at=later)
    await bench.record(end)

    result = await apply_verdict(bench.database, verdict(bench, use, INVALID))

    assert result.promoted == (turn.turn_id,)
    assert (await bench.workspace()).waiting == 0


async def test_a_key_that_is_due_for_a_recheck_is_taken_once_and_again_after_its_pause(bench: Bench) -> None:
    use = await bench.add_key()
    empty = Standing(state=KeyState.OUT_OF_QUOTA, reason_code="billing", recheck_seconds=300)
    await apply_verdict(bench.database, verdict(bench, use, empty))
    assert await take_due_rechecks(bench.database, limit=10) == []
    await bench.sql("UPDATE provider_keys SET recheck_at = now() - interval '1 second'")

    assert [key.key_id for key in await take_due_rechecks(bench.database, limit=10)] == [use.key_id]
    assert await take_due_rechecks(bench.database, limit=10) == []


async def test_a_verdict_keeps_the_models_that_the_key_may_not_use_and_a_rotation_forgets_them(bench: Bench) -> None:
    use = await bench.add_key()
    await apply_verdict(bench.database, verdict(bench, use, Standing(blocked={"gpt-5": "permission"})))
    assert (await key_of(bench, use)).standing.blocked == {"gpt-5": "permission"}

    rotation = Rotation(use.key_id, bench.workspace_id, "sk-••••new1", sealed=b"new", fingerprint=b"n")
    await rotate_key(bench.database, rotation, actor=TESTER)

    assert (await key_of(bench, use)).standing.blocked == {}


async def test_of_many_live_turns_one_serves_as_the_probe_of_a_key_suspect_for_long(bench: Bench) -> None:
    use = await bench.add_key()
    turn = await bench.accepted_and_claimed()
    await bench.record(failed(turn, key_use=use, refused=True))

    async def take() -> bool:
        return await take_live_probe(bench.database, key_id=use.key_id, version=1, verdict_seq=0, patience_seconds=30)

    assert not await take()
    await bench.sql("UPDATE provider_keys SET suspect_since = now() - interval '31 seconds'")
    assert [await take() for _ in range(3)] == [True, False, False]


async def test_suspect_keys_are_rung_again_once_in_a_while(bench: Bench) -> None:
    use = await bench.add_key()
    turn = await bench.accepted_and_claimed()
    await bench.record(failed(turn, key_use=use, refused=True))
    assert await suspect_keys(bench.database, rung_before_seconds=5, limit=10) == []
    await bench.sql("UPDATE provider_keys SET rung_at = now() - interval '6 seconds'")

    assert [key.key_id for key in await suspect_keys(bench.database, rung_before_seconds=5, limit=10)] == [use.key_id]
    assert await suspect_keys(bench.database, rung_before_seconds=5, limit=10) == []


async def test_a_rotation_that_expects_another_version_changes_nothing(bench: Bench) -> None:
    use = await bench.add_key()
    rotation = Rotation(use.key_id, bench.workspace_id, "m", sealed=b"n", fingerprint=b"n", expected_version=7)
    before = (await bench.workspace()).epoch

    assert await rotate_key(bench.database, rotation, actor=TESTER) is None

    assert (await key_of(bench, use)).version == 1
    assert (await bench.workspace()).epoch == before


async def test_deleting_a_key_destroys_its_text_and_names_the_bots(bench: Bench) -> None:
    use = await bench.add_key()
    await bench.sql("UPDATE bots SET key_id = :key", key=use.key_id)

    deleted = await delete_key(bench.database, workspace_id=bench.workspace_id, key_id=use.key_id, actor=TESTER)

    assert deleted is not None
    assert (deleted.key.key_id, [bot.key_id for bot in deleted.bots]) == (use.key_id, [use.key_id])
    assert await list_keys(bench.database, bench.workspace_id) == []
    (row,) = await bench.sql("SELECT sealed, fingerprint FROM provider_keys")
    assert (row.sealed, row.fingerprint) == (None, None)


async def test_a_rotation_puts_a_new_text_into_a_disabled_key_and_leaves_it_disabled(bench: Bench) -> None:
    use = await bench.add_key()
    where = {"workspace_id": bench.workspace_id, "key_id": use.key_id, "actor": TESTER}
    await patch_key(bench.database, label=None, default=None, disabled=True, **where)  # type: ignore[arg-type]
    rotation = Rotation(use.key_id, bench.workspace_id, "sk-••••new1", sealed=b"new", fingerprint=b"n")

    assert await rotate_key(bench.database, rotation, actor=TESTER) == RotationResult(version=2)

    key = await key_of(bench, use)
    assert (key.state, key.mask, key.standing.reason) == (
        KeyState.DISABLED,
        "sk-••••new1",
        "Disabled by a person of the workspace.",
    )


async def test_of_two_refusals_in_one_batch_only_that_of_the_present_version_is_told(bench: Bench) -> None:
    use = await bench.add_key()
    old, new = await bench.accepted_and_claimed(), await bench.accepted_and_claimed()
    rotation = Rotation(use.key_id, bench.workspace_id, "sk-••••new1", sealed=b"new", fingerprint=b"n")
    await rotate_key(bench.database, rotation, actor=TESTER)
    newer = KeyUse(use.key_id, key_version=2, verdict_seq=1)

    ends = [failed(new, key_use=newer, refused=True), failed(old, key_use=use, refused=True)]
    results = await record_attempts(bench.database, ends)

    assert [result.suspected for result in results] == [True, False]


async def test_a_disabled_key_is_suspect_when_it_is_enabled_until_a_probe_speaks(bench: Bench) -> None:
    use = await bench.add_key()
    fields = {"label": None, "default": None, "actor": TESTER}
    where = {"workspace_id": bench.workspace_id, "key_id": use.key_id}

    off = await patch_key(bench.database, disabled=True, **where, **fields)  # type: ignore[arg-type]
    on = await patch_key(bench.database, disabled=False, **where, **fields)  # type: ignore[arg-type]

    assert isinstance(off, ChangeResult)
    assert isinstance(on, ChangeResult)
    assert (off.key.state, on.key.state) == (KeyState.DISABLED, KeyState.SUSPECT)


async def test_the_first_key_of_a_provider_is_the_default_and_the_configuration_shows_all(bench: Bench) -> None:
    first, second = await bench.add_key(), await bench.add_key()

    (configuration, nobody) = await read_configurations(bench.database, [bench.workspace_id, new_id()])

    assert configuration is not None
    assert configuration.keys[first.key_id].is_default
    assert not configuration.keys[second.key_id].is_default
    assert configuration.epoch == (await bench.workspace()).epoch
    assert set(configuration.bots) == {bench.bot_id}
    assert nobody is None


async def test_a_text_that_another_key_of_the_workspace_has_is_kept_once_also_when_two_save_it_at_once(
    bench: Bench,
) -> None:
    other = await Bench.prepare(bench.database)

    def new(owner: Bench) -> NewKey:
        return NewKey(new_id(), owner.workspace_id, "openai", "Shop", "sk-••••abcd", sealed=b"s", fingerprint=b"same")

    answers = await asyncio.gather(*(insert_key(bench.database, new(bench), actor=TESTER) for _ in range(3)))

    assert sorted(map(str, answers)) == sorted(map(str, [None, SameKey("Shop"), SameKey("Shop")]))
    assert await insert_key(bench.database, new(other), actor=TESTER) is None
    (kept,) = await list_keys(bench.database, bench.workspace_id)
    second = await bench.add_key()
    epoch = (await bench.workspace()).epoch
    rotation = Rotation(second.key_id, bench.workspace_id, "sk-••••", sealed=b"new", fingerprint=b"same")
    assert await rotate_key(bench.database, rotation, actor=TESTER) == SameKey("Shop")
    assert ((await key_of(bench, second)).version, (await bench.workspace()).epoch) == (1, epoch)
    await delete_key(bench.database, workspace_id=bench.workspace_id, key_id=kept.key_id, actor=TESTER)
    assert await insert_key(bench.database, new(bench), actor=TESTER) is None


async def test_a_disabled_key_is_made_the_default_only_with_being_enabled(bench: Bench) -> None:
    _, use = await bench.add_key(), await bench.add_key()

    async def change(*, default: bool | None, disabled: bool | None) -> ChangeResult | ChangeRefusal:
        where = {"workspace_id": bench.workspace_id, "key_id": use.key_id}
        fields = {"label": "Renamed", "default": default, "disabled": disabled}
        return await patch_key(bench.database, actor=TESTER, **where, **fields)  # type: ignore[arg-type]

    assert await change(default=True, disabled=True) is ChangeRefusal.DEFAULT_DISABLED
    assert (await key_of(bench, use)).label == "Main"
    assert isinstance(await change(default=None, disabled=True), ChangeResult)
    assert await change(default=True, disabled=None) is ChangeRefusal.DEFAULT_DISABLED
    enabled = await change(default=True, disabled=False)
    assert isinstance(enabled, ChangeResult)
    assert enabled.key.is_default
