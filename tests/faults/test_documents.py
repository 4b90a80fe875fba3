"""Documents survive what happens to who reads them."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import text

from tests.integration.ingest.uploading import documents, until_read, upload
from tests.product import Product, running_product
from tests.servers import until

QUICK: dict[str, Any] = {
    "sweep_seconds": 0.05,
    "unclaimed_seconds": 0.2,
    "sweeper_patience_seconds": 0.1,
    "lease_seconds": 3.0,
}
ABSENT = frozenset({"ingest"})
HOURS = b"# Hours\n\nThe shop opens at nine.\n\n## Sundays\n\nIt is closed."
SLOW = b"<div>" * 30_000 + b"words at last"
HOW_OFTEN = text(
    "SELECT d.title, d.passage_count, d.version, u.status, u.attempts, count(p.*) AS passages FROM documents AS d "
    "JOIN document_uploads AS u ON u.document_id = d.id LEFT JOIN passages AS p ON p.document_id = d.id "
    "GROUP BY d.id, u.document_id"
)
READING = text("SELECT 1 FROM document_uploads WHERE status = 'reading'")


@asynccontextmanager
async def own_process(product: Product) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run an ingest worker as a process that may be killed."""
    values = {
        "MEVICHAT_DATABASE_URL": product.settings.database_url or "",
        "MEVICHAT_REDIS_URL": product.settings.redis_url or "",
        "MEVICHAT_BACKGROUND_PORT": "0",
        "MEVICHAT_LEASE_SECONDS": str(product.settings.lease_seconds),
        "MEVICHAT_RENEW_SECONDS": str(min(product.settings.lease_seconds / 3, 5)),
        "MEVICHAT_GRACE_SECONDS": "0.2",
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.workers.ingest.main", env=os.environ | values
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def until_somebody_reads(product: Product) -> None:
    """Wait until a file is being read."""

    async def is_reading() -> bool:
        return bool(await product.database.call(READING))

    await until(is_reading, seconds=30)


async def test_a_worker_killed_in_the_middle_leaves_each_document_ready_exactly_once(
    database_url: str, redis_url: str
) -> None:
    async with running_product(database_url, redis_url, without=ABSENT, **QUICK) as product:
        workspace = await product.make_workspace()
        bot = await workspace.add_bot("mevichat:mini")
        files = {f"{number}.md": HOURS for number in range(18)} | {"slow.html": SLOW, "slower.html": SLOW}
        async with own_process(product) as first:
            await upload(workspace, bot["id"], files)
            await until_somebody_reads(product)
            first.send_signal(signal.SIGKILL)
            await first.wait()
            unread = [one for one in await documents(workspace) if one["status"] != "ready"]
            async with own_process(product):
                read = await until_read(workspace, seconds=60)

        assert unread, "the worker was killed after its work"
        assert {one["status"] for one in read.values()} == {"ready"}
        for row in await product.database.call(HOW_OFTEN):
            assert row.passages == row.passage_count == (1 if row.title.startswith("slow") else 2), row.title
            assert (row.version, row.status) == (1, "ready")
        assert max(row.attempts for row in await product.database.call(HOW_OFTEN)) == 2


async def test_a_worker_that_is_told_to_stop_gives_its_file_back_uncounted(database_url: str, redis_url: str) -> None:
    async with running_product(database_url, redis_url, without=ABSENT, **QUICK | {"lease_seconds": 60.0}) as product:
        workspace = await product.make_workspace()
        bot = await workspace.add_bot("mevichat:mini")
        async with own_process(product) as worker:
            await upload(workspace, bot["id"], {"slow.html": b"<div>" * 100_000})
            await until_somebody_reads(product)
            worker.terminate()
            await worker.wait()

        (row,) = await product.database.call(HOW_OFTEN)
        assert (row.status, row.attempts) == ("waiting", 0)


async def test_a_file_whose_readers_fall_silent_three_times_is_given_up(database_url: str, redis_url: str) -> None:
    async with running_product(database_url, redis_url, without=ABSENT, **QUICK | {"lease_seconds": 1.0}) as product:
        workspace = await product.make_workspace()
        bot = await workspace.add_bot("mevichat:mini")
        await upload(workspace, bot["id"], {"hours.md": HOURS})
        claim = text("SELECT o_attempt FROM claim_upload(0.01)")
        attempts: list[int] = []

        async def is_given_up() -> bool:
            attempts.extend(row.o_attempt for row in await product.database.call(claim))
            (one,) = await documents(workspace)
            return bool(one["status"] == "failed")

        await until(is_given_up)
        (failed,) = await documents(workspace)
        assert attempts == [1, 2, 3]
        assert failed["reason_code"] == "gave_up"
        assert "broken off several times" in failed["reason"]
