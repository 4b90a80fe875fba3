"""How long a search takes in a bot of many documents, beside a hundred other bots."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from sqlalchemy import text

from shared.knowledge.find_passages import PassageFinder
from shared.knowledge.plan_search import plan_search
from shared.store.database import Database, DatabaseRole
from shared.store.documents.question import BotQuestion, read_questions
from shared.store.documents.search import SEARCH, BotSearch, text_of_searches
from tests.retrieval.library import fill_bot, open_prose

OTHER_BOTS, DOCUMENTS_OF_OTHERS = 100, 30
QUESTIONS = 300
LOOKS = 3
"""Each question is asked so often; the quickest counts, because other work on the machine only adds."""
OWN_PROCESS = text("SELECT pg_backend_pid() AS pid")


@dataclass(frozen=True, slots=True)
class Speed:
    """Milliseconds of each question at its quickest, and of PostgreSQL's CPU then; `plan` of one of them."""

    milliseconds: tuple[float, ...]
    cpu_milliseconds: tuple[float, ...]
    plan: str


async def measure_speed(url: str, documents: int) -> Speed:
    """Fill the database and ask; the questions are of common words, with a rare one now and then."""
    prose = open_prose(seed=1)
    owner = Database.connect(url, connections=1, application_name="retrieval")
    bot_id = await fill_bot(owner, prose, documents)
    for _ in range(OTHER_BOTS):
        await fill_bot(owner, prose, DOCUMENTS_OF_OTHERS)
    await owner.call(text("ANALYZE"))
    await owner.close()
    service = Database.connect(url, connections=1, application_name="retrieval", role=DatabaseRole.SERVICE)
    try:
        questions = [prose.question() for _ in range(QUESTIONS)]
        ((pid,),) = await service.call(OWN_PROCESS)
        return await _ask(service, pid, bot_id, questions)
    finally:
        await service.close()


async def _ask(database: Database, server: int, bot_id: UUID, questions: Sequence[str]) -> Speed:
    finder = PassageFinder(database)
    for question in questions:
        await finder.find(bot_id=bot_id, question=question)
    looks = [[await _look(finder, server, bot_id, question) for _ in range(LOOKS)] for question in questions]
    took, cpu = ([min(look[at] for look in of_one) for of_one in looks] for at in (0, 1))
    return Speed(tuple(took), tuple(cpu), await plan_of(database, bot_id, questions[0]))


async def _look(finder: PassageFinder, server: int, bot_id: UUID, question: str) -> tuple[float, float]:
    began, cpu_began = time.perf_counter(), _cpu_milliseconds(server)
    await finder.find(bot_id=bot_id, question=question)
    return (time.perf_counter() - began) * 1000, _cpu_milliseconds(server) - cpu_began


def _cpu_milliseconds(pid: int) -> float:
    """Return what the process has computed so far, as Linux counts it by the nanosecond."""
    return int(Path(f"/proc/{pid}/schedstat").read_text(encoding="ascii").split()[0]) / 1e6


async def plan_of(database: Database, bot_id: UUID, question: str) -> str:
    """Return which scans PostgreSQL does for this question."""
    (known,) = await read_questions(database, [BotQuestion(bot_id, question)])
    search = plan_search(known)
    assert search is not None
    searches = text_of_searches([BotSearch(bot_id, search, limit=4)])
    rows = await database.call(text(f"EXPLAIN {SEARCH.text}"), searches=searches)
    return "\n".join(row[0] for row in rows if "Scan" in row[0])
