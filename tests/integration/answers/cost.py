"""What a hit of the response cache adds to a turn's CPU: `python -m tests.integration.answers.cost`.

Turns look for their answers as in a worker, many at once on one event loop: the key's hash, the lookup and the end that
is made of it. Counted is the CPU of this process and of PostgreSQL's backends that serve it.
"""

from __future__ import annotations

import asyncio
import sys
import time
from itertools import count
from uuid import UUID

import psutil
import uvloop
from sqlalchemy import text

from services.workers.completion.answers import Answers
from services.workers.completion.attempt import Attempt
from services.workers.completion.leases import HeldTurn
from services.workers.completion.patience import Patience
from services.workers.completion.prepare import Prompt
from shared.clock import utc_now
from shared.domain.chat import ChatMessage
from shared.domain.plans import Plan
from shared.domain.turn_status import TurnStatus
from shared.store.database import Database
from shared.store.turns.rows import AttemptEnd
from shared.store.workspaces.create import create_workspace
from tests.actor import TESTER
from tests.measuring.cpu import cpu_seconds_of
from tests.servers import fresh_database, running_postgres
from tests.unit.completion.making import WORKSPACE_ID, make_asked, make_turn

TURNS, AT_ONCE, QUESTIONS = 20_000, 100, 500
RESOLVED = make_asked().resolved
HISTORY = (ChatMessage("user", "Do you deliver? " * 20), ChatMessage("assistant", "We do, every day. " * 40))
LAND = text("UPDATE kept_answers SET answer = repeat('word ', 200), kept_until = now() + interval '1 hour'")
BACKENDS = text("SELECT pid FROM pg_stat_activity WHERE application_name = 'cost'")


async def measure(url: str) -> None:
    """Keep some answers, ask for them again and again, and print what one hit took."""
    database = Database.connect(url, connections=4, application_name="cost")
    limits = {"slots": 1, "message_limit": 1}
    await create_workspace(database, workspace_id=WORKSPACE_ID, name="Cost", plan=Plan.SCALE, actor=TESTER, **limits)
    answers, numbers = Answers(database, Patience(), utc_now), count()
    await asyncio.gather(*(_answer(answers, number) for number in range(QUESTIONS)))
    await database.call(LAND)
    pids = [row.pid for row in await database.call(BACKENDS)]

    async def ask() -> int:
        hits = 0
        while (number := next(numbers)) < TURNS:
            hits += (await _answer(answers, number)).cache_hit
        return hits

    began, server_began = time.process_time(), _cpu_seconds(pids)
    hits = sum(await asyncio.gather(*(ask() for _ in range(AT_ONCE))))
    worker, server = time.process_time() - began, _cpu_seconds(pids) - server_began
    each = [round(seconds / TURNS * 1e6) for seconds in (worker, server)]
    sys.stdout.write(f"{hits} hits, each {each[0]} µs in the worker and {each[1]} µs in PostgreSQL\n")
    await database.close()


async def _answer(answers: Answers, number: int) -> AttemptEnd:
    turn = make_turn(turn_id=UUID(int=1_000_000 + number))
    prompt = Prompt((*HISTORY, ChatMessage("user", f"Question {number % QUESTIONS}")), "Be kind. " * 100)
    attempt = Attempt(HeldTurn(turn), 0, documents="d" * 64)

    async def call() -> AttemptEnd:
        return AttemptEnd(turn.turn_id, 1, TurnStatus.FAILED, keeps_quota=True)

    return await answers.answer(attempt, RESOLVED, prompt, call)


def _cpu_seconds(pids: list[int]) -> float:
    return sum(cpu_seconds_of(psutil.Process(pid)) for pid in pids)


if __name__ == "__main__":
    with running_postgres() as server:

        async def main() -> None:
            """Run on a database of its own."""
            async with fresh_database(server.url) as address:
                await measure(address)

        uvloop.run(main())
