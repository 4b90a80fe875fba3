"""Files of documents: who is served next, and that one reader's outcome counts, once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from uuid import UUID

from sqlalchemy import text

from shared.domain.documents import ReadingFault
from shared.domain.plans import Plan
from shared.ids import new_id
from shared.store.bots.rows import BotRow, NewBot
from shared.store.bots.write import create_bot, update_bot
from shared.store.database import Database
from shared.store.documents.claim import CLAIM, claim_upload, fail_upload, release_upload, renew_upload
from shared.store.documents.keep import Keeping, keep_passages
from shared.store.documents.passages import lock_passages
from shared.store.documents.reindex import reindex_passages
from shared.store.documents.rows import ClaimedUpload, NewPassage, NewUpload
from shared.store.documents.sweep import unread_uploads
from shared.store.documents.uploads import insert_uploads, replace_upload
from shared.store.documents.write import insert_document
from shared.store.workspaces.create import create_workspace
from tests.actor import TESTER
from tests.integration.store.bench import Bench
from tests.servers import until

PASSAGES = [NewPassage("Title", "words"), NewPassage("Title > Section", "more words")]


async def another_workspace(database: Database) -> tuple[UUID, UUID]:
    """Make a workspace with a bot; return their ids."""
    workspace_id, bot_id = new_id(), new_id()
    await create_workspace(
        database,
        workspace_id=workspace_id,
        name="Other",
        plan=Plan.SCALE,
        slots=1,
        message_limit=1,
        actor=TESTER,
    )
    await create_bot(database, NewBot(bot_id, workspace_id, "Other", "mevichat:mini"), actor=TESTER)
    return workspace_id, bot_id


def speaking(language: str) -> Callable[[BotRow], dict[str, str]]:
    """Return the change that gives a bot this language."""
    return lambda _: {"language": language}


async def send_files(database: Database, workspace_id: UUID, bot_id: UUID, *names: str) -> list[UUID]:
    uploads = [NewUpload(new_id(), name, f"{name}.txt", b"words") for name in names]
    await insert_uploads(database, uploads, workspace_id=workspace_id, bot_id=bot_id, actor=TESTER)
    return [upload.document_id for upload in uploads]


async def claim(bench: Bench) -> ClaimedUpload:
    claimed = await claim_upload(bench.database, lease_seconds=15)
    assert claimed is not None
    return claimed


async def keep(bench: Bench, claimed: ClaimedUpload, most: int = 100) -> Keeping:
    return await keep_passages(bench.database, claimed, PASSAGES, pages=None, most_passages=most)


async def test_many_files_of_one_workspace_keep_nobodys_single_file_waiting(bench: Bench) -> None:
    ours = await another_workspace(bench.database)
    theirs = await another_workspace(bench.database)
    await send_files(bench.database, *ours, "a1", "a2", "a3", "a4")
    await send_files(bench.database, *theirs, "b1", "b2")

    assert [(await claim(bench)).title for _ in range(6)] == ["a1", "b1", "a2", "b2", "a3", "a4"]
    assert await claim_upload(bench.database, lease_seconds=15) is None


async def test_claims_at_the_same_time_take_different_files(bench: Bench) -> None:
    ours = await another_workspace(bench.database)
    await send_files(bench.database, *ours, *"abcdefgh")

    claimed = await asyncio.gather(*(claim_upload(bench.database, lease_seconds=15) for _ in range(12)))

    taken = [one.title for one in claimed if one]
    assert len(taken) == len(set(taken))
    rest = [await claim_upload(bench.database, lease_seconds=15) for _ in range(9)]
    assert sorted(taken + [one.title for one in rest if one]) == list("abcdefgh")


async def test_passages_are_kept_once_with_a_new_epoch_and_only_by_the_attempt_that_holds_the_file(
    bench: Bench,
) -> None:
    ours = await another_workspace(bench.database)
    await send_files(bench.database, *ours, "a")
    late = await claim(bench)
    await bench.sql("UPDATE document_uploads SET status = 'waiting', lease_until = NULL")
    holds = await claim(bench)
    counter = "SELECT epoch FROM workspace_counters WHERE workspace_id = :id"
    (before,) = await bench.sql(counter, id=ours[0])

    assert await keep(bench, late) is Keeping.LOST
    assert not await fail_upload(bench.database, late, ReadingFault.DAMAGED, "reason")
    assert not await renew_upload(bench.database, late, lease_seconds=15, pages=None, pages_read=None)
    await release_upload(bench.database, late)
    assert [row.epoch for row in await bench.sql(counter, id=ours[0])] == [before.epoch]
    assert await keep(bench, holds) is Keeping.KEPT
    assert await keep(bench, holds) is Keeping.LOST

    assert [row.epoch for row in await bench.sql(counter, id=ours[0])] == [before.epoch + 1]
    (row,) = await bench.sql(
        "SELECT version, passage_count, (SELECT count(*) FROM passages) AS passages FROM documents"
    )
    assert tuple(row) == (1, 2, 2)


async def test_a_file_that_was_replaced_while_it_was_read_is_lost(bench: Bench) -> None:
    ours = await another_workspace(bench.database)
    (document_id,) = await send_files(bench.database, *ours, "a")
    late = await claim(bench)
    new = NewUpload(document_id, "", "b.txt", b"other words")
    assert await replace_upload(bench.database, new, workspace_id=ours[0], actor=TESTER)

    assert await keep(bench, late) is Keeping.LOST
    claimed = await claim(bench)
    assert (claimed.version, claimed.attempt, claimed.content) == (2, 1, b"other words")
    assert not await replace_upload(bench.database, new, workspace_id=bench.workspace_id, actor=TESTER)


async def test_a_bot_that_is_full_keeps_what_it_has(bench: Bench) -> None:
    ours = await another_workspace(bench.database)
    await send_files(bench.database, *ours, "a", "b")

    assert await keep(bench, await claim(bench), most=2) is Keeping.KEPT
    assert await keep(bench, await claim(bench), most=3) is Keeping.BOT_FULL
    (row,) = await bench.sql("SELECT count(*) AS passages FROM passages")
    assert row.passages == 2


async def test_a_waiting_file_is_rung_again_after_a_while_and_not_before(bench: Bench) -> None:
    ours = await another_workspace(bench.database)
    sent = await send_files(bench.database, *ours, "a")

    assert await unread_uploads(bench.database, rung_before_seconds=60, limit=10) == []
    await bench.sql("UPDATE document_uploads SET rung_at = rung_at - interval '61 s'")
    assert await unread_uploads(bench.database, rung_before_seconds=60, limit=10) == sent
    assert await unread_uploads(bench.database, rung_before_seconds=60, limit=10) == []


async def test_nobody_waits_for_the_counters_while_a_document_is_indexed(bench: Bench) -> None:
    ours = await another_workspace(bench.database)
    await send_files(bench.database, *ours, "a")
    claimed = await claim(bench)
    counters = text("SELECT 1 FROM workspace_counters WHERE workspace_id = :id FOR UPDATE NOWAIT")
    async with bench.database.transaction() as other:
        await other.execute(text("SELECT 1 FROM documents FOR UPDATE"))  # so the passages are written and wait here
        keeping = asyncio.create_task(keep(bench, claimed))
        await until(lambda: is_waiting(bench, "INSERT INTO passages %"))
        await other.execute(counters, {"id": ours[0]})

    assert await keeping is Keeping.KEPT


async def test_a_change_of_the_bot_and_a_new_document_do_not_wait_for_each_other_in_a_ring(bench: Bench) -> None:
    database, workspace_id, bot_id = bench.database, bench.workspace_id, bench.bot_id
    adding = partial(insert_document, workspace_id=workspace_id, bot_id=bot_id, most_passages=None, actor=TESTER)
    changing = partial(update_bot, database, workspace_id=workspace_id, bot_id=bot_id, actor=TESTER, may_reindex=True)
    for language in ("english", "german", "auto") * 4:
        done = await asyncio.gather(
            changing(speaking(language)),
            *(adding(database, document_id=new_id(), title="T", passages=PASSAGES * 20) for _ in range(4)),
            reindex_passages(database, at_most=500),
            reindex_passages(database, at_most=500),
        )
        assert all(done[:5])


async def test_a_bot_is_not_indexed_anew_while_somebody_writes_its_passages(bench: Bench) -> None:
    await update_bot(
        bench.database,
        speaking("german"),
        workspace_id=bench.workspace_id,
        bot_id=bench.bot_id,
        actor=TESTER,
        may_reindex=True,
    )
    async with bench.database.transaction() as other:
        await lock_passages(other, bench.bot_id)
        assert await reindex_passages(bench.database, at_most=500) == 0
        assert [row.finished_at for row in await bench.sql("SELECT finished_at FROM reindexing")] == [None]

    await reindex_passages(bench.database, at_most=500)
    assert [row.finished_at is None for row in await bench.sql("SELECT finished_at FROM reindexing")] == [False]


async def test_a_document_that_goes_while_its_file_is_replaced_is_none(bench: Bench) -> None:
    workspace_id, bot_id = await another_workspace(bench.database)
    (document_id,) = await send_files(bench.database, workspace_id, bot_id, "a")
    new = NewUpload(document_id, "", "b.txt", b"words")

    async with bench.database.transaction() as other:
        await other.execute(text("DELETE FROM documents WHERE id = :id"), {"id": document_id})
        replacing = asyncio.ensure_future(replace_upload(bench.database, new, workspace_id=workspace_id, actor=TESTER))
        await until(lambda: is_waiting(bench, "INSERT INTO document_uploads%"))

    assert not await replacing


async def test_a_reader_that_is_taking_a_file_leaves_the_others_to_other_readers(bench: Bench) -> None:
    for name in ("a", "b", "c"):
        await send_files(bench.database, *await another_workspace(bench.database), name)
    async with bench.database.transaction() as other:
        (first,) = (await other.execute(CLAIM, {"lease_seconds": 15})).all()
        second = await claim(bench)

    assert {first.o_title, second.title} == {"a", "b"}


async def is_waiting(bench: Bench, begins: str) -> bool:
    """Tell whether a connection waits for a lock with a statement that begins like this."""
    waiting = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE :begins"
    return bool(await bench.sql(waiting, begins=begins))
