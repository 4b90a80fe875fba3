"""Turns that wait for room under their key's limit: woken by position, as many as there is room for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from shared.domain.key_states import KeyState
from shared.domain.turn_status import Door, TurnStatus
from shared.store.database import Database
from shared.store.keys.change import patch_key
from shared.store.keys.rows import ChangeResult, Rotation, RotationResult, Standing, Verdict
from shared.store.keys.verdict import apply_verdict
from shared.store.keys.write import delete_key, rotate_key
from shared.store.turns.cancel import cancel_turn
from shared.store.turns.rows import ClaimedTurn, KeyUse
from shared.store.turns.sweep import end_lapsed_leases, promote_due
from shared.store.turns.wake import wake_for_room
from tests.actor import TESTER
from tests.integration.store.bench import Bench, completed, failed

LATER = timedelta(hours=1)


async def roomless(bench: Bench, key: KeyUse, count: int, **fields: Any) -> list[ClaimedTurn]:
    """Accept turns that find no room, one after the other."""
    turns = []
    for _ in range(count):
        turn = await bench.accepted_and_claimed(**fields)
        await bench.record(
            failed(
                turn,
                status=TurnStatus.WAITING,
                error=None,
                waits_for_key=key.key_id,
                waits_for_room=True,
                next_attempt_at=datetime.now(UTC) + LATER,
                call_began=False,
            )
        )
        turns.append(turn)
    return turns


async def test_a_call_that_ends_wakes_as_many_as_there_is_room_for_by_position(bench: Bench) -> None:
    key = await bench.add_key()
    caller = await bench.accepted_and_claimed()
    waiting = await roomless(bench, key, 5)

    result = await bench.record(completed(caller, key_use=key, makes_room=2))

    assert result.promoted == tuple(turn.turn_id for turn in waiting[:2])
    workspace = await bench.workspace()
    assert (workspace.in_flight, workspace.waiting) == (2, 3)


async def test_an_end_that_makes_no_room_wakes_nobody(bench: Bench) -> None:
    key = await bench.add_key()
    caller = await bench.accepted_and_claimed()
    await roomless(bench, key, 2)

    assert (await bench.record(completed(caller, key_use=key))).promoted == ()


async def test_room_under_one_key_wakes_no_turn_of_another(bench: Bench) -> None:
    keys = [await bench.add_key(), await bench.add_key()]
    caller = await bench.accepted_and_claimed()
    await roomless(bench, keys[0], 2)

    assert (await bench.record(completed(caller, key_use=keys[1], makes_room=2))).promoted == ()


async def test_turns_without_room_take_no_slot_from_the_next_in_line(bench: Bench) -> None:
    key = await bench.add_key()
    await roomless(bench, key, 6)

    assert (await bench.accept()).status is TurnStatus.READY
    assert (await promote_due(bench.database, limit=10)).to_ring == ()


async def test_a_turn_without_room_blocks_its_conversation_and_gives_way_when_cancelled(bench: Bench) -> None:
    (turn,) = await roomless(bench, await bench.add_key(), 1, conversation="c")
    behind = await bench.accept(conversation="c")
    assert behind.status is TurnStatus.WAITING

    cancelled = await cancel_turn(bench.database, bot_id=bench.bot_id, turn_id=turn.turn_id)

    assert cancelled.promoted == (behind.turn_id,)


async def test_the_sweeper_lets_the_next_few_look_and_every_turn_whose_caller_waits(database: Database) -> None:
    bench = await Bench.prepare(database, slots=100)
    key = await bench.add_key()
    patient = await roomless(bench, key, 20, door=Door.ASYNC)
    impatient = await roomless(bench, key, 2, door=Door.WHOLE)
    await bench.sql("UPDATE turns SET next_attempt_at = now() WHERE hold = 'room'")

    swept = await promote_due(bench.database, limit=100)

    assert set(swept.to_ring) == {turn.turn_id for turn in patient[:16] + impatient}
    assert (await bench.workspace()).in_flight == 18


async def test_a_long_line_before_one_key_hides_nobody_who_waits_for_another(bench: Bench) -> None:
    await roomless(bench, await bench.add_key(), 5, door=Door.ASYNC)
    await bench.sql("UPDATE turns SET next_attempt_at = now() - interval '1 minute' WHERE hold = 'room'")
    (other,) = await roomless(bench, await bench.add_key(), 1, door=Door.ASYNC)
    await bench.sql("UPDATE turns SET next_attempt_at = now() WHERE id = :id", id=other.turn_id)
    await bench.sql("UPDATE workspace_counters SET slots = 20 WHERE workspace_id = :workspace_id")

    swept = await promote_due(bench.database, limit=1)

    assert other.turn_id in swept.to_ring


async def test_a_verdict_on_the_key_wakes_all_that_wait_for_it(bench: Bench) -> None:
    key = await bench.add_key()
    waiting = await roomless(bench, key, 3)

    refused = Standing(state=KeyState.INVALID, reason="Refused.")
    verdict = Verdict(key.key_id, bench.workspace_id, version=1, verdict_seq=0, standing=refused)
    result = await apply_verdict(bench.database, verdict)

    assert result.promoted == tuple(turn.turn_id for turn in waiting)


async def test_room_that_nobody_was_woken_for_is_given_to_the_next_by_position(bench: Bench) -> None:
    keys = [await bench.add_key(), await bench.add_key()]
    waiting = await roomless(bench, keys[0], 3)

    woken = await wake_for_room(bench.database, {keys[0].key_id: 2, keys[1].key_id: 5})

    assert woken.promoted == tuple(turn.turn_id for turn in waiting[:2])
    assert woken.idle_keys == {keys[1].key_id}


async def test_a_rotation_lets_all_that_wait_for_the_key_go_on(bench: Bench) -> None:
    key = await bench.add_key()
    waiting = await roomless(bench, key, 3)
    rotation = Rotation(key.key_id, bench.workspace_id, "sk-••••new1", sealed=b"new", fingerprint=b"n")

    rotated = await rotate_key(bench.database, rotation, actor=TESTER)

    assert rotated == RotationResult(version=2, promoted=tuple(turn.turn_id for turn in waiting))


async def test_a_key_that_is_disabled_or_deleted_lets_all_that_wait_for_it_go_on(bench: Bench) -> None:
    keys = [await bench.add_key(), await bench.add_key()]
    lines = [await roomless(bench, key, 2) for key in keys]
    where = {"workspace_id": bench.workspace_id, "actor": TESTER}

    changed = await patch_key(
        bench.database,
        key_id=keys[0].key_id,
        label=None,
        default=None,
        disabled=True,
        **where,  # type: ignore[arg-type]
    )
    deleted = await delete_key(bench.database, key_id=keys[1].key_id, **where)  # type: ignore[arg-type]

    assert isinstance(changed, ChangeResult)
    assert deleted is not None
    ids = [tuple(turn.turn_id for turn in line) for line in lines]
    assert [changed.promoted, deleted.promoted] == ids


async def test_a_key_that_works_as_before_lets_no_turn_without_room_go_on(bench: Bench) -> None:
    key = await bench.add_key()
    await roomless(bench, key, 2)

    works = Verdict(key.key_id, bench.workspace_id, version=1, verdict_seq=0, standing=Standing())
    result = await apply_verdict(bench.database, works)

    assert (result.applied, result.promoted) == (True, ())


async def test_an_attempt_that_called_nobody_and_ended_nothing_leaves_no_usage_event(bench: Bench) -> None:
    key = await bench.add_key()
    (turn,) = await roomless(bench, key, 1)
    assert await bench.sql("SELECT 1 FROM usage_events") == []

    await cancel_turn(bench.database, bot_id=bench.bot_id, turn_id=turn.turn_id)

    (event,) = await bench.sql("SELECT turn_id, kind, ends_turn FROM usage_events")
    assert (event.turn_id, event.kind, event.ends_turn) == (turn.turn_id, "exact", True)


async def test_an_attempt_that_was_given_up_for_lost_still_tells_that_it_called_nobody(bench: Bench) -> None:
    turn = await bench.accepted_and_claimed()
    await bench.sql("UPDATE turns SET lease_until = now() - interval '1 second' WHERE id = :id", id=turn.turn_id)
    await end_lapsed_leases(bench.database, limit=10)

    await bench.record(failed(turn, status=TurnStatus.READY, error=None, call_began=False, provider=None))

    (event,) = await bench.sql("SELECT kind FROM usage_events")
    assert event.kind == "exact"
