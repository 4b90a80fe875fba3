"""Retention: what is older than a workspace keeps loses its texts, the rest and every figure stays."""

from __future__ import annotations

from sqlalchemy import text

from shared.store.erasures.carry_out import erase_old
from tests.integration.gateway.door import HANGS, KEY
from tests.integration.history.talks import Talk, figures_of, turns_with_text
from tests.product import Product, Workspace
from tests.servers import until

AGE = text("UPDATE turns SET accepted_at = now() - make_interval(days => :days) WHERE id = CAST(:turn_id AS uuid)")


async def keep_for(workspace: Workspace, days: int | None) -> None:
    status, answer = await workspace.admin("PATCH", "/api/workspace", {"retention_days": days})
    assert (status, answer["retention_days"]) == (200, days)


async def age(product: Product, turn_id: str, days: int) -> None:
    await product.database.call(AGE, turn_id=turn_id, days=days)


async def test_what_is_older_than_the_workspace_keeps_is_erased_and_what_is_younger_stays(product: Product) -> None:
    talk, other = await Talk.open(product, cache_seconds=3600), await Talk.open(product)
    old, new = await talk.say("An old secret", "a"), await talk.say("A new one", "b")
    for turn_id in (old["turn_id"], (await other.say("Kept for ever"))["turn_id"]):
        await age(product, turn_id, 31)
    before = await figures_of(talk.workspace)

    await keep_for(talk.workspace, 30)

    async def is_erased() -> bool:
        return bool((await talk.door.turn(old["turn_id"]))["question"] == "")

    await until(is_erased)
    assert (await talk.door.turn(new["turn_id"]))["question"] == "A new one"
    assert [await turns_with_text(each.workspace) for each in (talk, other)] == [1, 1]
    assert await figures_of(talk.workspace) == before
    kept = await product.database.call(text("SELECT turn_id FROM kept_answers"))
    assert [str(row.turn_id) for row in kept] == [new["turn_id"]]


async def test_an_old_turn_that_has_not_ended_is_erased_once_it_has(product: Product) -> None:
    talk = await Talk.open(product)
    product.simulator.set_behaviour(KEY, **HANGS)
    running = await talk.door.ask_later("A secret")
    await talk.door.until(running.turn_id, "running")
    await age(product, running.turn_id, 3)
    await keep_for(talk.workspace, 1)
    for _ in range(3):
        assert (await erase_old(product.database, limit=10)).erased == ()

    await talk.door.cancel(running.turn_id)

    async def is_erased() -> bool:
        return await turns_with_text(talk.workspace) == 0

    await until(is_erased)


async def test_batches_go_from_the_oldest_on_and_each_turn_goes_once(product: Product) -> None:
    talk = await Talk.open(product)
    turns = [(await talk.say(f"Secret {number}", f"c{number}"))["turn_id"] for number in range(5)]
    for number, turn_id in enumerate(turns):
        await age(product, turn_id, 20 + number)
    sql = text("UPDATE workspaces SET retention_days = 10 WHERE id = CAST(:id AS uuid)")
    async with product.database.transaction() as connection:  # nobody else sees it before the end
        await connection.execute(sql, {"id": talk.workspace.workspace_id})
        batches = [
            (await connection.execute(text("SELECT o_erased FROM erase_old_turns(2)"))).scalar_one() for _ in range(4)
        ]
    assert [{str(each) for each in batch} for batch in batches] == [set(turns[3:]), set(turns[1:3]), {turns[0]}, set()]


async def test_days_that_are_none_are_refused_and_null_keeps_for_ever(product: Product) -> None:
    workspace = await product.make_workspace()
    for days in (0, -1, 3_651, "many", 1.5):
        status, answer = await workspace.admin("PATCH", "/api/workspace", {"retention_days": days})
        assert (status, answer["error"]["param"]) == (422, "retention_days")
    await keep_for(workspace, 7)
    await keep_for(workspace, None)
    _, audit = await workspace.admin("GET", "/api/audit?action=workspace.retention")
    assert [row["details"] for row in audit["data"]] == [{"retention_days": None}, {"retention_days": 7}]
