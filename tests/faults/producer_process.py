"""A producer as a process of its own, so that a test may kill it: `python -m tests.faults.producer_process 100 heard`.

It submits so many turns, each with a key that is the same every time, and beside that writes the id of each turn whose
end it hears into the file, one a line, before it acknowledges it.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import uvloop

from infra.cli.addresses import environment_of
from shared.producer import Admitted, TurnProducer, TurnRequest
from shared.settings import Settings

ROOT = Path(__file__).parents[2]
TOKEN_VARIABLE = "PRODUCER_TOKEN"
IN_FLIGHT = 50


async def start_producer(settings: Settings, token: str, turns: int, heard: Path) -> asyncio.subprocess.Process:
    """Start the process; it runs until it is ended."""
    environment = os.environ | environment_of(settings) | {TOKEN_VARIABLE: token}
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.faults.producer_process", str(turns), str(heard), env=environment, cwd=ROOT
    )


async def produce(turns: int, heard: Path) -> None:
    async with TurnProducer("killed", token=os.environ[TOKEN_VARIABLE]) as producer:
        listening = asyncio.create_task(_listen(producer, heard))
        requests = [TurnRequest(text=f"Question {n}", idempotency_key=f"key-{n}") for n in range(turns)]
        async for submission in producer.submit_many(requests, in_flight=IN_FLIGHT):
            assert isinstance(submission.decision, Admitted), submission
        await listening


async def _listen(producer: TurnProducer, heard: Path) -> None:
    with heard.open("a", encoding="utf-8") as file:
        async for reply in producer.replies():
            file.write(f"{reply.turn_id}\n")
            file.flush()


if __name__ == "__main__":
    uvloop.run(produce(int(sys.argv[1]), Path(sys.argv[2])))
