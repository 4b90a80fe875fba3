"""Finding turns: by every filter, newest first, page by page, each statement from its indexes."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import TextClause

from shared.domain.turn_status import TurnStatus
from shared.ids import new_id
from shared.store.bots.rows import NewBot
from shared.store.bots.write import create_bot, delete_bot
from shared.store.turns import conversation_page, search
from shared.store.turns.cancel import cancel_turn
from shared.store.turns.conversation_page import read_conversation_end
from shared.store.turns.fact_rows import Place
from shared.store.turns.search import search_turns
from shared.store.turns.search_rows import TurnSearch
from tests.actor import TESTER
from tests.integration.store.bench import Bench, completed, failed

FIRST, LAST = datetime(2000, 1, 1, tzinfo=UTC), Place(datetime(2100, 1, 1, tzinfo=UTC))


async def found(bench: Bench, *, limit: int = 100, **asked: Any) -> list[UUID]:
    """Search the workspace; return ids in the order of the answer."""
    values = {"statuses": tuple(TurnStatus), "from_at": FIRST, "before": LAST, **asked}
    return [
        line.turn_id
        for line in await search_turns(bench.database, TurnSearch(bench.workspace_id, **values), limit=limit)
    ]


async def one_of_each(bench: Bench, **fields: Any) -> dict[TurnStatus, UUID]:
    """Make a completed, a failed, a cancelled, a running, a ready and a waiting turn, in this order."""
    done, bad = await bench.accepted_and_claimed(**fields), await bench.accepted_and_claimed(**fields)
    await bench.record(completed(done))
    await bench.record(failed(bad))
    dropped = await bench.accept(**fields)
    await cancel_turn(bench.database, bot_id=fields.get("bot_id", bench.bot_id), turn_id=dropped.turn_id)
    running = await bench.accepted_and_claimed(**fields)
    ready = await bench.accept(**fields)
    await bench.sql("UPDATE workspace_counters SET slots = in_flight WHERE workspace_id = :workspace_id")
    waiting = await bench.accept(**fields)
    await bench.sql("UPDATE turns SET hold = 'due' WHERE id = :id", id=waiting.turn_id)  # nobody promotes it
    await bench.sql("UPDATE workspace_counters SET slots = slots + 9 WHERE workspace_id = :workspace_id")
    return {
        TurnStatus.COMPLETED: done.turn_id,
        TurnStatus.FAILED: bad.turn_id,
        TurnStatus.CANCELLED: dropped.turn_id,
        TurnStatus.RUNNING: running.turn_id,
        TurnStatus.READY: ready.turn_id,
        TurnStatus.WAITING: waiting.turn_id,
    }


async def test_turns_of_every_status_come_newest_first_page_by_page(bench: Bench) -> None:
    expected = list(reversed((await one_of_each(bench)).values()))

    pages: list[UUID] = []
    before = LAST
    while True:
        asked = TurnSearch(bench.workspace_id, tuple(TurnStatus), FIRST, before)
        lines = await search_turns(bench.database, asked, limit=2)
        if not lines:
            break
        pages += [line.turn_id for line in lines]
        before = lines[-1].place

    assert pages == expected


async def test_each_filter_alone_and_with_others_finds_what_it_names(bench: Bench) -> None:
    other = new_id()
    await create_bot(bench.database, NewBot(other, bench.workspace_id, "Other", "gpt-5-mini"), actor=TESTER)
    plain = await one_of_each(bench)
    jane = await one_of_each(bench, end_user="jane", bot_id=other)
    talk = await bench.accepted_and_claimed(end_user="jane", conversation="c-1")
    await bench.record(completed(talk))

    for status in plain:
        assert await found(bench, statuses=(status,)) == ([talk.turn_id] if status is TurnStatus.COMPLETED else []) + [
            jane[status],
            plain[status],
        ]
        assert await found(bench, bot_id=other, statuses=(status,)) == [jane[status]]
        assert await found(bench, bot_id=other, end_user="jane", statuses=(status,)) == [jane[status]]
    everyone = [talk.turn_id, *reversed(jane.values())]
    assert await found(bench, end_user="jane") == everyone
    assert await found(bench, end_user="jane", limit=3) == everyone[:3]
    assert await found(bench, end_user="jane", bot_id=bench.bot_id) == [talk.turn_id]
    assert await found(bench, conversation="c-1") == await found(bench, conversation="c-1", end_user="jane")
    assert await found(bench, conversation="c-1") == [talk.turn_id]
    assert await found(bench, conversation="c-1", bot_id=other) == []
    assert await found(bench, conversation="c-1", end_user="joe") == []
    assert await found(bench, bot_id=new_id()) == await found(bench, end_user="joe") == []


async def test_a_conversation_of_two_bots_is_paged_without_gap_or_repeat(bench: Bench) -> None:
    other = new_id()
    await create_bot(bench.database, NewBot(other, bench.workspace_id, "Other", "gpt-5-mini"), actor=TESTER)
    expected: list[UUID] = []
    for turn in range(7):
        claimed = await bench.accepted_and_claimed(conversation="c", bot_id=(bench.bot_id, other)[turn % 2])
        await bench.record(completed(claimed))
        expected.insert(0, claimed.turn_id)

    asked = TurnSearch(bench.workspace_id, tuple(TurnStatus), FIRST, LAST, conversation="c")
    first = await search_turns(bench.database, asked, limit=3)
    rest = await found(bench, conversation="c", before=first[-1].place)

    assert [line.turn_id for line in first] + rest == expected


async def test_time_bounds_hold_and_a_deleted_bots_turns_stay_found(bench: Bench) -> None:
    turns = await one_of_each(bench, end_user="jane", conversation=None)
    day = datetime(2026, 1, 31, tzinfo=UTC)
    old = turns[TurnStatus.COMPLETED]
    await bench.sql("UPDATE turns SET accepted_at = :day WHERE id = :id", day=day, id=old)
    await delete_bot(bench.database, workspace_id=bench.workspace_id, bot_id=bench.bot_id, actor=TESTER)

    for where in ({}, {"bot_id": bench.bot_id}, {"end_user": "jane"}):
        assert await found(bench, before=Place(day + timedelta(days=1)), **where) == [old]
        assert await found(bench, before=Place(day), **where) == []
        assert old not in await found(bench, from_at=day + timedelta(days=1), **where)
        assert old in await found(bench, from_at=day, **where)


async def test_time_bounds_hold_within_a_conversation(bench: Bench) -> None:
    day = datetime(2026, 1, 31, tzinfo=UTC)
    old = await bench.accepted_and_claimed(conversation="c")
    await bench.record(completed(old))
    new = await bench.accepted_and_claimed(conversation="c")
    await bench.record(completed(new))
    await bench.sql("UPDATE turns SET accepted_at = :day WHERE id = :id", day=day, id=old.turn_id)

    assert await found(bench, conversation="c") == [new.turn_id, old.turn_id]
    assert await found(bench, conversation="c", before=Place(day + timedelta(days=1))) == [old.turn_id]
    assert await found(bench, conversation="c", from_at=day + timedelta(days=1)) == [new.turn_id]


async def test_nothing_of_another_workspace_is_found(bench: Bench) -> None:
    stranger = await Bench.prepare(bench.database)
    await one_of_each(bench, end_user="jane", conversation=None)
    talk = await bench.accepted_and_claimed(conversation="c-1", end_user="jane")

    for where in ({}, {"bot_id": bench.bot_id}, {"end_user": "jane"}, {"conversation": "c-1"}):
        assert await found(stranger, **where) == []
        assert talk.turn_id in await found(bench, **where)
    page = {"bot_id": bench.bot_id, "conversation": "c-1", "before_position": None, "limit": 9}
    assert await read_conversation_end(bench.database, workspace_id=stranger.workspace_id, **page) is None  # type: ignore[arg-type]
    assert await read_conversation_end(bench.database, workspace_id=bench.workspace_id, **page) is not None  # type: ignore[arg-type]


async def test_a_conversation_is_read_from_its_end_in_order(bench: Bench) -> None:
    expected: list[UUID] = []
    for _ in range(5):
        claimed = await bench.accepted_and_claimed(conversation="c")
        await bench.record(completed(claimed))
        expected.append(claimed.turn_id)
    where = {"workspace_id": bench.workspace_id, "bot_id": bench.bot_id, "conversation": "c", "limit": 3}

    end = await read_conversation_end(bench.database, **where, before_position=None)  # type: ignore[arg-type]
    assert end is not None
    start = await read_conversation_end(bench.database, **where, before_position=end.turns[0].position)  # type: ignore[arg-type]
    assert start is not None

    assert (end.has_earlier, start.has_earlier) == (True, False)
    assert [turn.turn_id for turn in (*start.turns, *end.turns)] == expected
    assert end.bot_name == "Bot"


VALUES = {
    "workspace_id": f"'{new_id()}'::uuid",
    "bot_id": f"'{new_id()}'::uuid",
    "statuses": "'{completed,failed}'::text[]",
    "ended": "'{completed,failed}'::text[]",
    "from_at": "'2026-01-01Z'::timestamptz",
    "before_at": "'2026-02-01Z'::timestamptz",
    "before_position": "7::bigint",
    "below_position": "7::bigint",
    "before": "7::bigint",
    "conversation": "'c'::text",
    "end_user": "'jane'::text",
    "at_most": "10::bigint",
}
STATEMENTS = [
    (search.OF_WORKSPACE, ["turns_ended", "turns_not_ended"]),
    (search.OF_BOT, ["turns_ended_of_bot", "turns_not_ended"]),
    (search.OF_USER, ["turns_ended_of_user", "turns_not_ended"]),
    (search.OF_CONVERSATION, ["turns_of_conversation"]),
    (conversation_page.PAGE, ["turns_of_conversation"]),
]


@pytest.mark.parametrize(("statement", "indexes"), STATEMENTS)
async def test_a_search_reads_its_runs_backward_from_their_indexes(
    bench: Bench, statement: TextClause, indexes: list[str]
) -> None:
    plan = await generic_plan(bench, statement)

    for index in indexes:
        assert re.search(rf"Index Scan Backward using {index} on turns", plan), plan
    assert "Seq Scan on turns" not in plan, plan
    assert "Bitmap Heap Scan on turns" not in plan, plan
    for line in re.findall(r"Index Cond: .*", plan):
        assert "status" not in line or "accepted_at" in line, plan


async def generic_plan(bench: Bench, statement: TextClause) -> str:
    """Return the plan that every connection keeps: of no value known."""
    names = [name for name in VALUES if re.search(rf":{name}\b", statement.text)]
    types = ", ".join(VALUES[name].partition("::")[2] for name in names)
    query = re.sub(r"(?<!:):(\w+)", lambda name: f"${names.index(name[1]) + 1}", statement.text)
    async with bench.database.transaction() as connection:
        await connection.exec_driver_sql(f"PREPARE page ({types}) AS {query}")
        arguments = ", ".join(VALUES[name] for name in names)
        rows = await connection.exec_driver_sql(f"EXPLAIN EXECUTE page ({arguments})")
        plan = "\n".join(row[0] for row in rows)
        await connection.exec_driver_sql("DEALLOCATE page")
    return plan
