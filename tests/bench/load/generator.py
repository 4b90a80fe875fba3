"""The generator as a process of its own: a job on standard input, what was found on standard output."""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from itertools import cycle

import uvloop

from tests.bench.load.client import Client
from tests.bench.load.job import Found, Job, job_of


async def generate(job: Job) -> Found:
    """Run the job in this process."""
    found = Found()
    next_request = _supply(job)
    loop, began = asyncio.get_running_loop(), time.perf_counter()
    clients: list[Client] = []
    for _ in range(job.clients):
        _, client = await loop.create_connection(
            lambda: Client(next_request, job.expected.encode(), job.times, found), "127.0.0.1", job.port
        )
        clients.append(client)
        if job.spread_seconds:
            await asyncio.sleep(job.spread_seconds / job.clients)
    _, late = await asyncio.wait([client.done for client in clients], timeout=job.seconds + job.patience_seconds)
    found.failures += ["there was no answer in time"] * len(late)
    found.seconds = time.perf_counter() - began
    return found


def _supply(job: Job) -> Callable[[], bytes | None]:
    requests = cycle([request.encode() for request in job.requests_in_turn])
    ends_at = time.perf_counter() + job.seconds
    left = iter(range(job.requests or 0))

    def by_time() -> bytes | None:
        return next(requests) if time.perf_counter() < ends_at else None

    def by_number() -> bytes | None:
        return None if next(left, None) is None else next(requests)

    return by_time if job.requests is None else by_number


def main() -> int:
    """Read the job, run it, print what was found."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    found = uvloop.run(generate(job_of(sys.stdin.buffer.read())))
    own = resource.getrusage(resource.RUSAGE_SELF)
    found.cpu_seconds = own.ru_utime + own.ru_stime
    print(json.dumps(asdict(found)))  # noqa: T201 - the answer to the process that started this one
    return 0


if __name__ == "__main__":
    sys.exit(main())
