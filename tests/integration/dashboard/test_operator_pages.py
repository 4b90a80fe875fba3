"""An operator's pages: every workspace, the queue as a whole, failed turns of all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from sqlalchemy import event, text
from sqlalchemy.engine import Engine

from shared.domain.plans import Plan
from shared.ids import new_id
from shared.store.workspaces.create import create_workspace
from shared.store.workspaces.read import find_workspace
from tests.actor import TESTER
from tests.integration.dashboard.walk import KEY, fail_turns
from tests.product import Product
from tests.servers import until
from tests.visitor import Visitor

REFUSED = '<p class="problem" id="{}-problem">'


async def make_named(product: Product, *names: str) -> list[UUID]:
    """Make workspaces with these names; return their ids."""
    ids = [new_id() for _ in names]
    for workspace_id, name in zip(ids, names, strict=True):
        limits: dict[str, Any] = {"slots": 4, "message_limit": 100, "plan": Plan.PRO, "actor": TESTER}
        await create_workspace(product.database, workspace_id=workspace_id, name=name, **limits)
    return ids


@contextmanager
def statements_of_pages() -> Iterator[list[str]]:
    """Collect what a page asks PostgreSQL, the session's own statement included."""
    asked: list[str] = []

    def note(connection: Any, _: Any, statement: str, *__: Any) -> None:
        # other processes run in this one, too; and the dashboard's own door looks at the backlog by the clock
        if connection.engine.logging_name == "dashboard" and "backlog" not in statement:
            asked.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(Engine, "before_cursor_execute", note)


async def test_an_operator_who_comes_to_the_front_is_led_to_the_page_that_is_theirs(product: Product) -> None:
    operator = await Visitor.operator(product)

    front, other = await operator.get("/"), await operator.get("/keys")

    assert (front.status, front.leads_to, other.status) == (303, "/operator", 403)
    assert (await operator.get(front.leads_to)).status == 200


async def test_workspaces_are_found_by_the_beginning_of_their_name_and_listed_a_page_at_a_time(
    product: Product,
) -> None:
    ids = await make_named(product, *(f"Shop {number:03}" for number in range(53)), "bakery", "100% <Wool>")
    operator = await Visitor.operator(product)

    first = await operator.get("/operator?name=shop")
    assert f"after={ids[49]}" in first.text
    second = await operator.get(f"/operator?name=shop&after={ids[49]}")
    odd = await operator.get("/operator?name=100%25%20%3C")

    assert [f"Shop {n:03}" in first.text for n in (0, 49, 50)] == [True, True, False]
    assert [f"Shop {n:03}" in second.text for n in (49, 50, 52)] == [False, True, True]
    assert "bakery" not in first.text + second.text
    assert "100% &lt;Wool&gt;</a>" in odd.text
    assert "No workspace begins so" in (await operator.get("/operator?name=hop")).text
    assert "Shop 000" in (await operator.get("/operator?name=shop&after=nonsense")).text


async def test_a_workspace_shows_its_keys_states_and_failures_and_nothing_that_was_said(product: Product) -> None:
    workspace = await product.make_workspace()
    (turn_id,) = await fail_turns(product, workspace, 1)
    operator = await Visitor.operator(product)
    await product.database.call(text("UPDATE provider_keys SET state = 'invalid', reason = 'Refused by the provider.'"))

    one = (await operator.get(f"/operator/workspaces/{workspace.workspace_id}")).text
    listed = (await operator.get("/operator")).text
    failed = (await operator.get("/operator/turns")).text

    assert "1 in trouble" in listed
    assert "Refused by the provider." in one
    for page in (one, failed):
        assert turn_id in page
        assert "content_refused" in page
        assert "a secret question" not in page
        assert KEY not in page


async def test_an_operator_moves_a_workspace_to_a_plan_and_sets_its_limits_under_their_own_name(
    product: Product,
) -> None:
    workspace = await product.make_workspace(Plan.FREE)
    operator, path = await Visitor.operator(product), f"/operator/workspaces/{workspace.workspace_id}"

    planned = await operator.post(f"{path}/plan", plan="pro")
    limited = await operator.post(f"{path}/limits", slots="7", message_limit="12,345")
    again = await operator.post(f"{path}/limits", slots="7", message_limit="12345")

    assert [each.leads_to for each in (planned, limited, again)] == [
        f"{path}?done=plan-changed",
        f"{path}?done=limits-changed",
        f"{path}?done=limits-changed",
    ]
    row = await find_workspace(product.database, UUID(workspace.workspace_id))
    assert row is not None
    assert (row.plan, row.slots, row.message_limit) == (Plan.PRO, 7, 12_345)
    _, audit = await workspace.admin("GET", "/api/audit")
    changes = [(each["action"], each["details"]) for each in audit["data"] if each["actor"].startswith("operator ")]
    assert changes == [
        ("workspace.quota", {"message_limit": 12_345}),
        ("workspace.slots", {"slots": 7}),
        ("workspace.plan", {"plan": "pro", "slots": 64, "message_limit": 5_000}),
    ]
    assert {each["source"] for each in audit["data"] if each["actor"].startswith("operator ")} == {"127.0.0.1"}


async def test_a_wrong_limit_gets_a_sentence_beside_its_field_and_the_other_is_kept(product: Product) -> None:
    workspace = await product.make_workspace()
    operator, path = await Visitor.operator(product), f"/operator/workspaces/{workspace.workspace_id}"

    for slots in ("0", "-1", "many", "1.5", "", "9" * 40, "٣"):
        answer = await operator.post(f"{path}/limits", slots=slots, message_limit="777")
        assert answer.status == 422, slots
        assert REFUSED.format("slots") in answer.text
        assert 'value="777"' in answer.text
    wrong_messages = await operator.post(f"{path}/limits", slots="5", message_limit="-3")
    wrong_plan = await operator.post(f"{path}/plan", plan="platinum")

    assert (wrong_messages.status, wrong_plan.status) == (422, 422)
    assert REFUSED.format("message_limit") in wrong_messages.text
    assert REFUSED.format("plan") in wrong_plan.text
    row = await find_workspace(product.database, UUID(workspace.workspace_id))
    assert row is not None
    assert (row.plan, row.slots) == (Plan.SCALE, product.settings.scale_slots)


async def test_the_queue_shows_who_waits_for_what_and_who_works(product: Product) -> None:
    workspace = await product.make_workspace(slots=1)
    await workspace.add_key("openai", KEY)
    bot = await workspace.add_bot("gpt-5-mini")
    product.simulator.set_scenario(KEY, "hang")
    headers = {"Authorization": f"Bearer {bot['token']}", "Prefer": "respond-async"}
    body = {"model": "default", "messages": [{"role": "user", "content": "Hello"}]}
    for _ in range(3):
        async with product.http.post(product.chat_url + "/chat/completions", json=body, headers=headers) as answer:
            assert answer.status == 202
    operator = await Visitor.operator(product)

    async def is_running() -> bool:
        page = (await operator.get("/operator/queue/now")).text
        return 'id="running">Running</h2>\n    <p><span class="big">1</span>' in page

    await until(is_running)
    page = (await operator.get("/operator/queue")).text
    assert '<th scope="row">a slot of its workspace</th><td data-label="Turns" class="number">2</td>' in page
    (row,) = await product.database.call(text("SELECT lease_owner FROM turns WHERE status = 'running'"))
    assert (
        f'<th scope="row" class="mono">{row.lease_owner}</th><td data-label="Turns" class="number">1</td>'
        '<td data-label="Lapsed" class="number">0</td>'
    ) in page
    assert "No sweeper is connected" not in page
    assert '<th scope="row">sweeper</th>' in page
    assert "<!doctype" not in (await operator.get("/operator/queue/now")).text


async def test_each_page_asks_a_bounded_number_of_statements_however_much_there_is(product: Product) -> None:
    workspace = await product.make_workspace()
    await fail_turns(product, workspace, 3)
    await make_named(product, *(f"Shop {number}" for number in range(60)))
    operator = await Visitor.operator(product)
    most = {
        "/operator": 2,
        f"/operator/workspaces/{workspace.workspace_id}": 6,
        "/operator/queue": 5,
        "/operator/queue/now": 5,
        "/operator/turns": 2,
    }

    for path, bound in most.items():
        with statements_of_pages() as asked:
            assert (await operator.get(path)).status == 200
        assert len(asked) == bound, (path, asked)
