"""What operators read of the store, and that reading it walks along its indexes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import TextClause, text

from shared.domain.error_types import ErrorType
from shared.domain.roles import Role
from shared.ids import new_id
from shared.store.database import Database
from shared.store.members.read import find_member
from shared.store.members.write import add_member
from shared.store.operators import failed_turns, queue, workspaces
from shared.store.operators.queue import read_queue
from tests.actor import TESTER
from tests.integration.store.bench import Bench, failed

NOW = datetime(2026, 3, 9, tzinfo=UTC)
ASKED: list[tuple[TextClause, dict[str, Any], str, str]] = [
    (
        workspaces.PAGE,
        {"first": "", "last": "x", "after_name": "", "after_id": UUID(int=0), "month": NOW.date(), "at_most": 9},
        "workspaces_by_name",
        "lower(name)",
    ),
    (
        failed_turns.PAGE,
        {"error_types": list(ErrorType), "from_at": NOW, "before_at": NOW, "before_id": UUID(int=0), "at_most": 9},
        "turns_failed_by_error",
        "COALESCE",
    ),
    (queue.LINES, {"at_most": 9}, "turns_waiting_by_hold", "COALESCE"),
    (queue.BEHIND, {"at_most": 9}, "usage_events_uncounted", ""),
    (queue.HOLDERS, {"at_most": 9}, "turns_running", ""),
]


@pytest.mark.parametrize(("statement", "values", "index", "condition"), ASKED, ids=[each[2] for each in ASKED])
async def test_every_statement_of_the_operators_pages_has_its_index(
    database: Database, statement: TextClause, values: dict[str, Any], index: str, condition: str
) -> None:
    plan = await database.call(text(f"EXPLAIN {statement.text}"), **values)

    lines = [row[0] for row in plan]
    assert any(index in line for line in lines), lines
    assert not condition or any("Index Cond" in line and condition in line for line in lines), lines
    assert not any("Seq Scan on turns" in line or "Seq Scan on usage_events" in line for line in lines), lines


async def test_the_queue_tells_what_is_ready_running_and_waiting_and_since_when(bench: Bench) -> None:
    await bench.sql("UPDATE workspace_counters SET slots = 2 WHERE workspace_id = :workspace_id")
    first = await bench.accepted_and_claimed()
    for conversation in (None, None, "c", "c"):
        await bench.accept(conversation=conversation)
    await bench.sql("UPDATE turns SET accepted_at = accepted_at - interval '1 hour' WHERE status = 'waiting'")

    now = await read_queue(bench.database)

    assert {name: line.count for name, line in now.lines.items()} == {
        "ready": 1,
        "running": 1,
        "slot": 2,
        "conversation": 1,
        "due": 0,
        "room": 0,
    }
    oldest = now.lines["slot"].oldest
    assert oldest is not None
    assert now.at - oldest > timedelta(minutes=59)
    assert now.lines["due"].oldest is None
    assert [(each.owner, each.turns, each.lapsed) for each in now.lease_holders] == [("test", 1, 0)]
    assert (now.uncounted_usage.count, now.swept_at) == (0, None)
    await bench.record(failed(first))
    assert (await read_queue(bench.database)).uncounted_usage.count == 1


async def test_a_lapsed_lease_is_counted_for_the_worker_that_fell_silent(bench: Bench) -> None:
    await bench.accepted_and_claimed()
    await bench.sql("UPDATE turns SET lease_until = now() - interval '1 second'")

    (holder,) = (await read_queue(bench.database)).lease_holders

    assert (holder.turns, holder.lapsed) == (1, 1)


async def test_an_address_is_one_members_and_free_again_once_that_member_is_gone(bench: Bench) -> None:
    async def add(role: Role, workspace_id: UUID | None) -> bool:
        return await add_member(
            bench.database,
            member_id=new_id(),
            workspace_id=workspace_id,
            email="Someone@Example.com",
            password_hash="$argon2id$",
            role=role,
            actor=TESTER,
        )

    assert await add(Role.OWNER, bench.workspace_id)
    assert not await add(Role.OPERATOR, None)
    await bench.sql("UPDATE members SET removed_at = now()")
    assert await add(Role.OPERATOR, None)

    member = await find_member(bench.database, "someone@example.com")
    assert member is not None
    assert member.role is Role.OPERATOR
    rows = await bench.sql("SELECT action FROM audit WHERE action = 'member.add'")
    assert len(rows) == 1
