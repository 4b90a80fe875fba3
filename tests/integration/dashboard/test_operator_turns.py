"""An operator's page of failed turns: filter, pages, retry."""

from __future__ import annotations

import re

from sqlalchemy import text

from shared.ids import new_id
from tests.integration.dashboard.walk import KEY, fail_turns
from tests.product import Product
from tests.servers import until
from tests.visitor import Visitor

RETRY = re.compile(r"/operator/turns/([0-9a-f-]{36})/retry")


async def test_one_failed_turn_is_retried_and_noted_in_its_workspaces_audit(product: Product) -> None:
    workspace = await product.make_workspace()
    (turn_id,) = await fail_turns(product, workspace, 1)
    operator = await Visitor.operator(product)
    product.simulator.set_scenario(KEY, "ok")

    answer = await operator.post(f"/operator/turns/{turn_id}/retry", error="content_refused")
    again = await operator.post(f"/operator/turns/{turn_id}/retry")

    assert answer.status == 303
    assert answer.leads_to.startswith("/operator/turns?from=")
    assert answer.leads_to.endswith("&error=content_refused&done=turn-retried")
    assert again.status == 409

    async def is_completed() -> bool:
        _, turn = await workspace.admin("GET", f"/api/turns/{turn_id}")
        return bool(turn["status"] == "completed")

    await until(is_completed)
    _, audit = await workspace.admin("GET", "/api/audit?action=turn.retry")
    assert [(each["target"], each["actor"][:9]) for each in audit["data"]] == [(turn_id, "operator ")]


async def test_all_shown_turns_are_retried_together_and_a_full_month_says_so(product: Product) -> None:
    workspace, poor = await product.make_workspace(), await product.make_workspace()
    failed = await fail_turns(product, workspace, 3)
    poor_failed = await fail_turns(product, poor, 1)
    await product.database.call(
        text("UPDATE workspace_counters SET message_limit = 0 WHERE workspace_id = CAST(:id AS uuid)"),
        id=poor.workspace_id,
    )
    operator = await Visitor.operator(product)

    only_poor = await operator.post("/operator/turns/retry", turns=",".join(poor_failed))
    some = await operator.post("/operator/turns/retry", turns=",".join(poor_failed + failed))
    none = await operator.post("/operator/turns/retry", turns=str(new_id()))
    nonsense = await operator.post("/operator/turns/retry", turns="x")

    assert (only_poor.status, none.status, nonsense.status) == (409, 409, 422)
    assert "no message left this month" in only_poor.text
    assert some.leads_to.endswith("done=some-turns-retried")
    _, audit = await workspace.admin("GET", "/api/audit?action=turn.retry")
    assert sorted(each["target"] for each in audit["data"]) == sorted(failed)


async def test_failed_turns_are_filtered_by_day_and_error_and_paged(product: Product) -> None:
    workspace = await product.make_workspace()
    failed = await fail_turns(product, workspace, 2)
    crashed = failed[0]
    await product.database.call(
        text("UPDATE turns SET error = CAST(:error AS text), crashes = 3 WHERE id = CAST(:id AS uuid)"),
        error='{"type": "worker_crashed", "reason": "Three workers in a row stopped.", "retryable": true}',
        id=crashed,
    )
    await product.database.call(  # more than a page, of one instant
        text(
            "INSERT INTO turns SELECT (json_populate_record(t, json_build_object('id', gen_random_uuid()))).* "
            "FROM turns AS t, generate_series(1, 60) WHERE t.id = CAST(:id AS uuid)"
        ),
        id=failed[1],
    )
    operator = await Visitor.operator(product)

    first = await operator.get("/operator/turns")
    after = first.text.rpartition("after=")[2].partition('"')[0]
    second = await operator.get(f"/operator/turns?after={after}")

    shown = [set(RETRY.findall(page.text)) for page in (first, second)]
    assert [len(each) for each in shown] == [50, 12]
    assert not shown[0] & shown[1]
    only_crashed = (await operator.get("/operator/turns?error=worker_crashed")).text
    assert crashed in only_crashed
    assert failed[1] not in only_crashed
    assert "Nothing failed" in (await operator.get("/operator/turns?error=timeout")).text
    assert "Nothing failed" in (await operator.get("/operator/turns?to=2001-01-02&from=2001-01-01")).text
    assert crashed in (await operator.get("/operator/turns?from=0001-01-01&to=9999-12-31")).text
    for wrong in ("from=x", "error=x", "from=2026-02-02&to=2026-02-01"):
        answer = await operator.get(f"/operator/turns?{wrong}")
        assert answer.status == 422
        assert answer.text.count('role="alert"') == 1
