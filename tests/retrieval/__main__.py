"""How well and how fast passages are found: `python -m tests.retrieval` (`--documents 0`: only how well)."""

from __future__ import annotations

import argparse
from dataclasses import replace

import uvloop
from rich.console import Console
from sqlalchemy import text

from shared.ids import new_id
from shared.store.bots.rows import NewBot
from shared.store.bots.write import create_bot
from shared.store.database import Database
from tests.actor import TESTER
from tests.retrieval.asking import add_texts, ask_all
from tests.retrieval.library import WORKSPACE
from tests.retrieval.plain_bm25 import PlainBm25
from tests.retrieval.quality import read_follow_ups, read_questions
from tests.retrieval.report import print_quality, print_quality_of, print_speed
from tests.retrieval.shop import texts_of_shop
from tests.retrieval.speed import measure_speed
from tests.servers import fresh_database, running_postgres

COUNTERS = text("INSERT INTO workspace_counters (workspace_id, slots, message_limit) VALUES (:workspace_id, 1, 1)")


async def measure_quality(url: str, console: Console) -> None:
    """Print how well the questions find their passages, beside plain BM25."""
    database = Database.connect(url, connections=1, application_name="retrieval")
    workspace_id, bot_id, texts, asked = new_id(), new_id(), texts_of_shop(), read_questions()
    await database.call(WORKSPACE, workspace_id=workspace_id)
    await database.call(COUNTERS, workspace_id=workspace_id)
    await create_bot(database, NewBot(bot_id, workspace_id, "Shop", "mevichat:mini"), actor=TESTER)
    names = await add_texts(database, workspace_id, bot_id, texts)
    ours = await ask_all(database, bot_id, asked, names)
    follow_ups = read_follow_ups()
    with_earlier = await ask_all(database, bot_id, follow_ups, names)
    alone = await ask_all(database, bot_id, [replace(one, earlier="") for one in follow_ups], names)
    behind_another = [replace(one, earlier=other.question) for one, other in zip(asked, reversed(asked), strict=True)]
    changed_topic = await ask_all(database, bot_id, behind_another, names)
    await database.close()
    plain = PlainBm25(texts)
    console.print(f"{len(texts)} passages of a made-up shop, {len(asked)} questions")
    print_quality(console, asked, {"ours": ours, "bm25s": {one: plain.search(one.question) for one in asked}})
    print_quality_of(console, "follow-ups without the question before", alone)
    print_quality_of(console, "follow-ups with it", with_earlier)
    print_quality_of(console, "the whole set, each behind a question of another topic", changed_topic)


async def measure(server_url: str, documents: int) -> None:
    """Measure quality, then speed, each in a database of its own."""
    console = Console()
    async with fresh_database(server_url) as url:
        await measure_quality(url, console)
    if documents:
        async with fresh_database(server_url) as url:
            speed = await measure_speed(url, documents)
        print_speed(console, f"a search in {documents:,} documents", speed.milliseconds)
        print_speed(console, "PostgreSQL's CPU for it", speed.cpu_milliseconds)
        console.print(speed.plan, markup=False, highlight=False)


def main() -> None:
    """Read the arguments and measure on a PostgreSQL of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=10_000, help="documents of the large bot; 0: no speed")
    documents = parser.parse_args().documents
    with running_postgres() as server:
        uvloop.run(measure(server.url, documents))


if __name__ == "__main__":
    main()
