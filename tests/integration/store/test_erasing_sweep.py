"""What one sweep erases: so many batches in all, and a step that fails holds up no other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from services.workers.sweeper.erase import BATCHES_A_SWEEP, Eraser
from shared.store.erasures.order import list_erasures, order_erasure
from tests.actor import TESTER
from tests.integration.store.bench import Bench, failed

REFUSES = """
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = '23514';
END;
$$
"""
ON_ERASURE = (
    "CREATE TRIGGER refuse BEFORE DELETE ON erasures FOR EACH ROW WHEN (OLD.end_user = 'a-refused') "
    "EXECUTE FUNCTION refuse()"
)


@dataclass(slots=True)
class Batches:
    """What a sweep told of its batches, one after the other."""

    told: list[Sequence[UUID]] = field(default_factory=list)

    async def forget(self, turn_ids: Sequence[UUID]) -> None:
        """Note the turns of a batch."""
        self.told.append(turn_ids)

    async def ring(self, turn_ids: Sequence[UUID]) -> None:
        """Ring nobody."""


async def sweep(bench: Bench) -> list[Sequence[UUID]]:
    batches = Batches()
    await Eraser(bench.database, batches.forget, batches.ring).erase()
    return batches.told


async def order(bench: Bench, user: str) -> None:
    await order_erasure(bench.database, workspace_id=bench.workspace_id, end_user=user, actor=TESTER)


async def keep_a_day(bench: Bench) -> None:
    await bench.sql("UPDATE workspaces SET retention_days = 1 WHERE id = :workspace_id")


async def test_orders_and_retention_share_the_batches_of_a_sweep_and_each_has_one(bench: Bench) -> None:
    await keep_a_day(bench)
    for number in range(2 * BATCHES_A_SWEEP):
        await order(bench, f"user-{number}")

    assert len(await sweep(bench)) == BATCHES_A_SWEEP

    assert len(await list_erasures(bench.database, bench.workspace_id)) == BATCHES_A_SWEEP + 1
    (workspace,) = await bench.sql(
        "SELECT texts_kept_since > now() - interval '2 days' AS is_kept_up FROM workspaces WHERE id = :workspace_id"
    )
    assert workspace.is_kept_up


async def test_an_order_that_postgresql_refuses_holds_up_neither_the_others_nor_retention(bench: Bench) -> None:
    turns = [await bench.accepted_and_claimed(end_user=user) for user in ("ada", "somebody")]
    for turn in turns:
        await bench.record(failed(turn))
    hers, old = (turn.turn_id for turn in turns)
    await bench.sql("UPDATE turns SET accepted_at = now() - interval '3 days' WHERE id = :id", id=old)
    await keep_a_day(bench)
    for statement in (REFUSES, ON_ERASURE):
        await bench.sql(statement)
    for user in ("a-refused", "ada"):
        await order(bench, user)

    told = await sweep(bench)

    assert {turn_id for batch in told for turn_id in batch} == {hers, old}
    left = await list_erasures(bench.database, bench.workspace_id)
    assert [each.end_user for each in left] == ["a-refused"]
