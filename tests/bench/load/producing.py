"""A producer as a process of its own: a job on standard input, what was found on standard output."""

from __future__ import annotations

import json
import resource
import sys
import time
from dataclasses import asdict, dataclass
from itertools import count
from pathlib import Path

import uvloop

from infra.cli.addresses import with_kept_addresses
from shared.ids import new_id
from shared.logs import configure_logs
from shared.producer import Admitted, TurnProducer, TurnRequest
from shared.settings import Settings
from tests.bench.systems.door import QUESTION

ROOM = 10_000_000
"""How many turns may wait: the door has to be open for all of them."""


@dataclass(frozen=True, slots=True)
class ProducerJob:
    """So many turns to submit, or so many replies to hear, by the producer `bench` of the token's bot."""

    data_dir: str
    token: str
    turns: int
    hears: bool

    def __repr__(self) -> str:
        return f"ProducerJob({self.turns}, hears={self.hears})"

    def to_json(self) -> bytes:
        """Return the bytes that go to the process's standard input."""
        return json.dumps(asdict(self)).encode()


@dataclass(frozen=True, slots=True)
class Produced:
    """How long it took, and the producer's own CPU meanwhile."""

    seconds: float
    cpu_seconds: float
    refused: int = 0


async def produce(job: ProducerJob) -> Produced:
    """Run the job in this process."""
    settings = with_kept_addresses(Settings(data_dir=Path(job.data_dir), waiting_limit=ROOM, waiting_limit_all=ROOM))
    async with TurnProducer("bench", token=job.token, settings=settings) as producer:
        began, cpu_began = time.perf_counter(), _own_cpu()
        refused = await (_hear(producer, job.turns) if job.hears else _submit(producer, job.turns))
        return Produced(time.perf_counter() - began, _own_cpu() - cpu_began, refused)


async def _submit(producer: TurnProducer, turns: int) -> int:
    run = new_id()
    requests = (
        TurnRequest(text=QUESTION, user=f"user-{number}", idempotency_key=f"{run}-{number}") for number in range(turns)
    )
    refused = 0
    async for submission in producer.submit_many(requests):
        refused += not isinstance(submission.decision, Admitted)
    return refused


async def _hear(producer: TurnProducer, turns: int) -> int:
    numbers, dead = count(1), 0
    async for reply in producer.replies():
        dead += reply.is_dead
        if next(numbers) == turns:
            await producer.acknowledge(reply)
            break
    return dead


def _own_cpu() -> float:
    own = resource.getrusage(resource.RUSAGE_SELF)
    return own.ru_utime + own.ru_stime


def main() -> int:
    """Read the job, run it, print what was found."""
    configure_logs("warning")
    found = uvloop.run(produce(ProducerJob(**json.loads(sys.stdin.buffer.read()))))
    print(json.dumps(asdict(found)))  # noqa: T201 - the answer to the process that started this one
    return 0


if __name__ == "__main__":
    sys.exit(main())
