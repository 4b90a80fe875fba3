"""Erasure of one end user's conversations through the doors: every text goes, no figure changes."""

from __future__ import annotations

from typing import Any

from sqlalchemy import text

from services.workers.sweeper.erase import BATCH
from shared.domain.erasure import unnamed_user
from shared.ids import new_id
from shared.queue.connection import connect_redis
from shared.queue.reply_entries import turn_key
from shared.store.erasures.order import audited_user
from tests.integration.gateway.door import HANGS, KEY, WRITES_SLOWLY, with_key
from tests.integration.history.talks import Talk, figures_of, turns_with_text, until_erased, until_nothing_drifts
from tests.product import Product, Workspace
from tests.servers import until
from tests.visitor import Visitor

MANY = text(
    "INSERT INTO turns (id, workspace_id, bot_id, position, conversation, end_user, door, status, model, question, "
    "answer, quota_month, holds_quota, accepted_at, deadline_at, ended_at) "
    "SELECT gen_random_uuid(), CAST(:workspace_id AS uuid), CAST(:bot_id AS uuid), 100 + n, 'c' || n % 40, 'ada', "
    "'whole', 'completed', 'gpt-5-mini', 'a question', 'an answer', '2026-01-01', false, now(), now(), now() "
    "FROM generate_series(1, :count) AS n"
)


async def erase(workspace: Workspace, user: str, note: str | None = None) -> None:
    status, answer = await workspace.admin("POST", "/api/erasures", {"user": user})
    assert (status, answer) == (202, {"user": user, "status": "ordered", "note": note})
    await until_erased(workspace)


async def test_an_erasure_of_nobody_is_ordered_and_says_that_no_turn_names_them(product: Product) -> None:
    talk = await Talk.open(product)
    await talk.say("My name is Ada", user="ada")

    await erase(talk.workspace, "Ada", unnamed_user("Ada"))

    assert await turns_with_text(talk.workspace) == 1


async def audit_of(workspace: Workspace, action: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await workspace.admin("GET", f"/api/audit?action={action}"))[1]["data"]
    return found


async def test_an_erased_users_conversations_are_gone_everywhere_and_their_figures_stay(product: Product) -> None:
    talk = await Talk.open(product, cache_seconds=3600)
    hers = await talk.say("My name is Ada", "her-own", user="ada")
    await talk.say("Said without a name", "her-own")
    await talk.door.ask("Without a conversation", user="ada")
    his = await talk.say("My name is Bob", "his-own", user="bob")
    before = await figures_of(talk.workspace)

    await erase(talk.workspace, "ada")

    turn = await talk.door.turn(hers["turn_id"])
    assert (turn["status"], turn["question"], turn["answer"], turn["conversation"]) == ("completed", "", None, None)
    assert turn["usage"] == hers["usage"]
    assert (turn["erased_at"] is None, hers["erased_at"]) == (False, None)
    assert "(erased)" in (await (await Visitor.of_workspace(talk.workspace)).get("/conversations")).text
    assert await talk.door.turns("her-own") == []
    assert await talk.door.turn(his["turn_id"]) == his
    assert (await turns_with_text(talk.workspace), await figures_of(talk.workspace)) == (1, before)
    (kept,) = await product.database.call(
        text("SELECT count(*) AS answers, max(turn_id::text) AS turn FROM kept_answers")
    )
    assert (kept.answers, kept.turn) == (1, his["turn_id"])
    await until_nothing_drifts(product)
    _, whole = await talk.workspace.admin("GET", f"/api/turns/{hers['turn_id']}")
    assert whole["erased_at"] is not None
    assert not {"Ada", "ada", "her-own"} & set(str(whole).replace("'", " ").split())


async def test_the_audit_keeps_that_a_user_was_erased_and_how_many_turns_but_not_the_name(product: Product) -> None:
    talk = await Talk.open(product)
    await talk.say("Hello", user="ada-lovelace")

    await erase(talk.workspace, "ada-lovelace")
    await erase(talk.workspace, "ada-lovelace", unnamed_user("ada-lovelace"))

    ordered, done = await audit_of(talk.workspace, "user.erase"), await audit_of(talk.workspace, "user.erased")
    assert {row["target"] for row in ordered + done} == {audited_user("ada-lovelace")}
    assert [row["details"] for row in done] == [{"turns": 0}, {"turns": 1}]
    assert ordered[0]["actor"].startswith("token ")
    assert "ada-lovelace" not in str(ordered + done)


async def test_what_runs_and_waits_is_cancelled_and_what_it_says_later_is_not_kept(product: Product) -> None:
    talk = await Talk.open(product)
    product.simulator.set_behaviour(KEY, **HANGS)
    running = await talk.door.ask_later("A secret", conversation="c", user="ada")
    waiting = await talk.door.ask_later("Another secret", conversation="c")
    await talk.door.until(running.turn_id, "running")

    await erase(talk.workspace, "ada")

    for each in (running, waiting):
        turn = await talk.door.turn(each.turn_id)
        assert (turn["status"], turn["question"], turn["answer"]) == ("cancelled", "", None)
    _, workspace = await talk.workspace.admin("GET", "/api/workspace")
    assert (workspace["in_flight"], workspace["waiting"]) == (0, 0)
    assert await turns_with_text(talk.workspace) == 0
    await until_nothing_drifts(product)


async def test_a_worker_that_ends_an_erased_turn_has_its_tokens_counted_and_its_text_left_out(product: Product) -> None:
    talk = await Talk.open(product)
    product.simulator.set_behaviour(KEY, **WRITES_SLOWLY)
    async with talk.door.streaming("A secret", conversation="c", user="ada") as stream:
        await stream.read_first()
        await erase(talk.workspace, "ada")
        await stream.read_all()

    async def is_recorded() -> bool:
        return (await figures_of(talk.workspace))[2] > 0  # tokens out

    await until(is_recorded)
    turn = await talk.door.turn(stream.turn_id)
    assert (turn["status"], turn["question"], turn["answer"]) == ("cancelled", "", None)
    assert await turns_with_text(talk.workspace) == 0
    await until_nothing_drifts(product)


async def test_the_stream_of_an_erased_turn_is_deleted_too(product: Product) -> None:
    talk = await Talk.open(product)
    streamed = await talk.door.stream("Hello there", user="ada")
    redis = connect_redis(product.settings.redis_url or "", connections=1)
    try:
        assert await redis.exists(turn_key(streamed.turn_id)) == 1
        await erase(talk.workspace, "ada")
        assert await redis.exists(turn_key(streamed.turn_id)) == 0
    finally:
        await redis.aclose()


async def test_an_erased_turn_is_not_run_again_by_hand_nor_by_a_client_that_repeats_its_request(
    product: Product,
) -> None:
    talk = await Talk.open(product)
    product.simulator.set_scenario(KEY, "invalid_prompt")
    failed = await talk.door.ask("Hello", user="ada", headers=with_key("once"))
    calls = len(product.simulator.calls)

    await erase(talk.workspace, "ada")
    retried = await talk.door.retry(failed.turn_id)
    repeated = await talk.door.ask("Hello", user="ada", headers=with_key("once"))

    assert (retried.status, retried.code) == (409, "turn_not_retryable")
    assert "erased" in retried.body["error"]["message"]
    assert repeated.status == 409
    assert len(product.simulator.calls) == calls


async def test_many_turns_go_in_batches_and_only_this_workspaces(product: Product) -> None:
    talk, other = await Talk.open(product), await Talk.open(product)
    for each in (talk, other):
        values = {"workspace_id": each.workspace.workspace_id, "bot_id": each.bot["id"], "count": 5 * BATCH + 7}
        await product.database.call(MANY, **values)

    await erase(talk.workspace, "ada")

    assert await turns_with_text(talk.workspace) == 0
    assert await turns_with_text(other.workspace) == 5 * BATCH + 7
    assert (await audit_of(talk.workspace, "user.erased"))[0]["details"] == {"turns": 5 * BATCH + 7}


async def test_a_user_whom_nobody_knows_is_erased_at_once_and_a_name_that_is_none_is_refused(product: Product) -> None:
    workspace = await product.make_workspace()
    stranger = str(new_id())
    await erase(workspace, stranger, unnamed_user(stranger))

    for body, param in (
        ({}, "user"),
        ({"user": ""}, "user"),
        ({"user": "\x00"}, "user"),
        ({"user": "ada", "name": "x"}, "name"),
    ):
        status, answer = await workspace.admin("POST", "/api/erasures", body)
        assert (status, answer["error"]["param"]) == (422, param)
