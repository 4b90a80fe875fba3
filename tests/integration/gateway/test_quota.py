"""The month's messages, through two gateways: the last one is admitted once, what fails gives its own back."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import text

from infra.cli.addresses import environment_of
from shared.domain.months import month_of, resets_at
from tests.integration.cli.commands import mevichat
from tests.integration.gateway.conftest import running_twins
from tests.integration.gateway.door import HANGS, KEY, Answered, open_doors, used_messages
from tests.product import Product, Workspace

MINI = "mevichat:mini"
AT_ONCE = 500
TO_LAST_MONTH = text(
    """
    WITH moved AS (
        UPDATE turns SET quota_month = (quota_month - interval '1 month')::date
        RETURNING workspace_id, quota_month, holds_quota
    ), taken AS (
        UPDATE quota AS q SET used = q.used - m.holds_quota::integer FROM moved AS m
        WHERE q.workspace_id = m.workspace_id AND q.month = (m.quota_month + interval '1 month')::date
    )
    INSERT INTO quota (workspace_id, month, used) SELECT workspace_id, quota_month, 10 FROM moved
    """
)
"""The one turn was accepted in the month before, of which ten messages are used."""


async def used_by_month(product: Product) -> list[int]:
    """Return the messages used, the oldest month first."""
    return [row.used for row in await product.database.call(text("SELECT used FROM quota ORDER BY month"))]


async def operator_says(workspace: Workspace, *words: str) -> None:
    """Run `mevichat workspace` on this workspace."""
    command, *values = words
    environment = environment_of(workspace.product.settings)
    ended = await mevichat("workspace", command, workspace.workspace_id, *values, environment=environment)
    assert ended.code == 0, ended.err


def check_refusal(answer: Answered) -> None:
    """Check a 429: it names the quota, and waiting as long as it says ends at the first of next month, UTC."""
    assert (answer.status, answer.code) == (429, "quota_exceeded")
    now = datetime.now(UTC)
    ends = now + timedelta(seconds=int(answer.headers["Retry-After"]))
    assert timedelta(seconds=-60) < resets_at(month_of(now)) - ends <= timedelta(seconds=1)


async def test_of_500_requests_at_once_at_limit_minus_one_exactly_one_is_admitted(twins: Product) -> None:
    workspace = await twins.make_workspace(message_limit=2)
    doors = await open_doors(workspace, MINI)
    await doors[0].ask("Hello")

    answers = await asyncio.gather(*(doors[n % 2].ask(f"Question {n}") for n in range(AT_ONCE)))

    refused = [answer for answer in answers if answer.status != 200]
    assert len(refused) == AT_ONCE - 1
    for answer in refused:
        check_refusal(answer)
    assert await used_by_month(twins) == [2]
    (turns,) = await twins.database.call(text("SELECT count(*) AS n FROM turns"))
    assert turns.n == 2


async def test_what_fails_gives_its_message_back_and_the_next_one_is_admitted(twins: Product) -> None:
    workspace = await twins.make_workspace(message_limit=1)
    one, other = await open_doors(workspace, scenario="invalid_prompt")

    failed = await one.ask("Hello")
    twins.simulator.set_scenario(KEY, "ok")
    answered = await other.ask("Hello")

    assert (failed.turn_status, answered.turn_status) == ("failed", "completed")
    check_refusal(await one.ask("Hello"))


async def test_partial_output_keeps_its_message(twins: Product) -> None:
    workspace = await twins.make_workspace()
    one, _ = await open_doors(workspace, scenario="broken")

    broken = await one.stream("Tell me something long enough to break in the middle")

    assert (broken.mevichat["status"], bool(broken.text)) == ("failed", True)
    assert await used_messages(workspace) == 1


async def test_a_turn_of_last_month_that_fails_gives_its_message_back_to_that_month(twins: Product) -> None:
    workspace = await twins.make_workspace()
    one, other = await open_doors(workspace, scenario="invalid_prompt", delay_ms=1_000)
    later = await one.ask_later("Hello")
    await other.until(later.turn_id, "running")
    await twins.database.call(TO_LAST_MONTH)
    assert await used_by_month(twins) == [10, 0]

    await other.until(later.turn_id, "failed")

    assert await used_by_month(twins) == [9, 0]
    assert await used_messages(workspace) == 0


async def test_a_retry_by_hand_takes_a_message_of_the_present_month(twins: Product) -> None:
    workspace = await twins.make_workspace(message_limit=1)
    one, other = await open_doors(workspace, scenario="invalid_prompt")
    failed = await one.ask("Hello")
    await twins.database.call(TO_LAST_MONTH)
    twins.simulator.set_scenario(KEY, "ok")

    assert (await other.retry(failed.turn_id)).status == 200

    await one.until(failed.turn_id, "completed")
    assert await used_by_month(twins) == [10, 1]


async def test_a_retry_without_a_message_left_reads_the_same_429_and_changes_nothing(twins: Product) -> None:
    workspace = await twins.make_workspace(message_limit=1)
    one, other = await open_doors(workspace, scenario="invalid_prompt")
    failed = await one.ask("Hello")
    twins.simulator.set_scenario(KEY, "ok")
    await one.ask("Hello")

    check_refusal(await other.retry(failed.turn_id))

    assert (await one.turn(failed.turn_id))["status"] == "failed"
    assert await used_messages(workspace) == 1


async def test_more_turns_than_may_wait_are_refused_at_both_gateways_new_and_retried_alike(
    database_url: str, redis_url: str
) -> None:
    async with running_twins(database_url, redis_url, waiting_limit=2) as product:
        workspace = await product.make_workspace(slots=1)
        one, other = await open_doors(workspace, scenario="invalid_prompt")
        failed = await one.ask("Hello")
        product.simulator.set_behaviour(KEY, scenario="ok", **HANGS)
        accepted = [await door.ask_later("Hello") for door in (one, other, one)]
        assert {answer.status for answer in accepted} == {202}

        for refused in (await one.ask("Hello"), await other.ask_later("Hello"), await other.retry(failed.turn_id)):
            assert (refused.status, refused.code) == (429, "too_many_waiting")
            assert int(refused.headers["Retry-After"]) > 0
        assert await used_messages(workspace) == len(accepted)


async def test_a_raised_limit_admits_at_once_and_the_audit_says_who_raised_it(twins: Product) -> None:
    workspace = await twins.make_workspace(message_limit=0)
    one, other = await open_doors(workspace, MINI)
    assert [(await door.ask("Hello")).status for door in (one, other)] == [429, 429]

    await operator_says(workspace, "quota", "2")

    assert [(await door.ask("Hello")).status for door in (one, other, one)] == [200, 200, 429]
    assert await latest_change(workspace) == ("operator", "workspace.quota", {"message_limit": 2})


async def test_raised_slots_let_in_who_waits_and_the_audit_says_who_raised_them(twins: Product) -> None:
    workspace = await twins.make_workspace(slots=1)
    one, other = await open_doors(workspace, **HANGS)
    first, second = [(await door.ask_later("Hello")).turn_id for door in (one, other)]
    await one.until(first, "running")
    assert (await one.turn(second))["status"] == "waiting"

    await operator_says(workspace, "slots", "2")

    await one.until(second, "running")
    assert await latest_change(workspace) == ("operator", "workspace.slots", {"slots": 2})


async def latest_change(workspace: Workspace) -> tuple[str, str, dict[str, Any]]:
    """Return who changed what, the latest."""
    _, audit = await workspace.admin("GET", "/api/audit")
    row = audit["data"][0]
    return row["actor"], row["action"], row["details"]
