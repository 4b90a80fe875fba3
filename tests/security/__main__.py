"""`make fuzz`: the long form, at least 100,000 made-up requests over both ports."""

from __future__ import annotations

import asyncio
import os
import sys

from tests.product import running_product
from tests.security.fuzz.campaign import Figures, fuzz
from tests.security.fuzz.told import lines, told
from tests.servers import fresh_database, running_postgres, running_redis

REQUESTS = int(os.environ.get("REQUESTS", "100000"))
SEED = int(os.environ.get("SEED", "1"))
SMALL_BODIES = 20_000
"""So that a body beyond the limit costs little to send."""
SHOWN = 20


def _tell(figures: Figures) -> None:
    print(told(figures), *figures.problems[:SHOWN], sep="\n", flush=True)  # noqa: T201 - a long run says how far it is


async def _run(postgres_url: str, redis_url: str) -> int:
    async with (
        fresh_database(postgres_url) as database_url,
        running_product(
            database_url, redis_url, without=frozenset({"notices", "sweeper"}), body_limit_bytes=SMALL_BODIES
        ) as product,
    ):
        figures = await fuzz(product, at_least=REQUESTS, seed=SEED, tell=_tell)
    print(*lines(figures), told(figures), *figures.problems[:SHOWN], sep="\n")  # noqa: T201 - asked for its figures
    return 1 if figures.problems else 0


if __name__ == "__main__":
    with running_postgres() as postgres, running_redis() as redis:
        sys.exit(asyncio.run(_run(postgres.url, redis.url)))
