"""What reading documents costs: `python -m tests.bench.documents --documents 1000`.

One ingest worker as its own process with its readers, on real servers: files are uploaded first, then the worker is
started, and its clock runs from the first file that is read to the last.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from uuid import UUID

from sqlalchemy import text

from shared.domain.plans import Plan
from shared.events.document_waiting import DocumentWaitingV1
from shared.events.wire import event_to_primitives
from shared.ids import new_id
from shared.queue.connection import connect_redis
from shared.queue.ring import Ringer
from shared.queue.routes import READ_DOCUMENT
from shared.store.bots.rows import NewBot
from shared.store.bots.write import create_bot
from shared.store.database import Database
from shared.store.documents.rows import NewUpload
from shared.store.documents.uploads import insert_uploads
from shared.store.workspaces.create import create_workspace
from tests.actor import TESTER
from tests.integration.ingest.files import pdf_of
from tests.measuring.cpu import cpu_seconds_of, tree_of
from tests.servers import fresh_database, running_postgres, running_redis, until

SENTENCE = "The shop in the old street opens at nine and closes at six, save on Sundays when it is closed. "
MARKDOWN = ("# Shop\n\n" + "## Hours\n\n" + SENTENCE * 6 + "\n\n- one\n- two\n\n|a|b|\n|-|-|\n|1|2|\n\n").encode() * 4
HTML = ("<h1>Shop</h1>" + f"<h2>Hours</h2><p>{SENTENCE * 6}</p><ul><li>one<li>two</ul>" * 6).encode()
CSV = ("article,price,note\n" + f"Tea,3.50,{SENTENCE}\n" * 40).encode()
PDF = pdf_of([SENTENCE * 12] * 10)
FILES = (("a.md", MARKDOWN),) * 6 + (("a.html", HTML),) * 2 + (("a.csv", CSV), ("a.pdf", PDF))
"""Of ten: six Markdown files, two pages, a table, a PDF of ten pages."""
FIGURES = text(
    "SELECT count(*) AS documents, count(*) FILTER (WHERE status = 'ready') AS ready, "
    "extract(epoch FROM max(ended_at) - min(claimed_at)) AS seconds, "
    "sum(octet_length(content)) / 1e6 AS megabytes, (SELECT count(*) FROM passages) AS passages FROM document_uploads"
)
OPEN = text("SELECT 1 FROM document_uploads WHERE status IN ('waiting', 'reading') LIMIT 1")


def main() -> None:
    """Read so many files and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=1_000)
    documents = parser.parse_args().documents
    with running_postgres() as postgres, running_redis() as server:
        lines = asyncio.run(_measure(documents, postgres.url, server.url))
    print("\n".join(lines))  # noqa: T201 - it is what people run this for


async def _measure(documents: int, postgres_url: str, redis_url: str) -> list[str]:
    async with fresh_database(postgres_url) as url:
        database = Database.connect(url, connections=2, application_name="bench")
        ids = await _upload(database, documents)
        async with connect_redis(redis_url) as client:
            events = [event_to_primitives(DocumentWaitingV1(str(one))) for one in ids]
            await Ringer(client).ring(READ_DOCUMENT, [(event,) for event in events])
        cpu_seconds = await _read_all(database, url, redis_url)
        (row,) = await database.call(FIGURES)
        await database.close()
    return [
        f"documents        {row.documents}, {row.ready} ready, {row.megabytes:.1f} MB, {row.passages} passages",
        f"documents/s      {row.documents / float(row.seconds):.1f}",
        f"CPU a document   {cpu_seconds / row.documents * 1_000:.1f} ms (worker and readers)",
    ]


async def _upload(database: Database, documents: int) -> list[UUID]:
    workspace_id, bot_id = new_id(), new_id()
    await create_workspace(
        database,
        workspace_id=workspace_id,
        name="Bench",
        plan=Plan.SCALE,
        slots=1,
        message_limit=1,
        actor=TESTER,
    )
    await create_bot(database, NewBot(bot_id, workspace_id, "Bench", "mevichat:mini"), actor=TESTER)
    uploads = [NewUpload(new_id(), f"Document {n}", *FILES[n % len(FILES)]) for n in range(documents)]
    await insert_uploads(database, uploads, workspace_id=workspace_id, bot_id=bot_id, actor=TESTER)
    return [upload.document_id for upload in uploads]


async def _read_all(database: Database, database_url: str, redis_url: str) -> float:
    """Run the worker until nothing waits; return the CPU seconds of it and its readers."""
    values = {"DATABASE_URL": database_url, "REDIS_URL": redis_url, "BACKGROUND_PORT": "0", "LOG_LEVEL": "warning"}
    environment = os.environ | {f"MEVICHAT_{name}": value for name, value in values.items()}
    worker = await asyncio.create_subprocess_exec(sys.executable, "-m", "services.workers.ingest.main", env=environment)

    async def is_done() -> bool:
        return not await database.call(OPEN)

    await until(is_done, seconds=3_600)
    # a reader reads each file in a fork
    cpu_seconds = sum(map(cpu_seconds_of, tree_of(worker.pid)))
    worker.terminate()
    await worker.wait()
    return cpu_seconds


if __name__ == "__main__":
    main()
