"""`make fuzz`: the long form, at least 100,000 requests over both ports."""

from __future__ import annotations

import asyncio
import os
import sys

from tests.security.fuzz_product import fuzz, told
from tests.servers import fresh_database, running_postgres, running_redis

EXAMPLES = int(os.environ.get("EXAMPLES", "1400"))


async def _run(postgres_url: str, redis_url: str) -> int:
    async with fresh_database(postgres_url) as database_url:
        walked = await fuzz(database_url, redis_url, EXAMPLES)
    print(told(walked), *walked.inner[:20], sep="\n")  # noqa: T201 - it is asked for its figures
    return 1 if walked.inner else 0


if __name__ == "__main__":
    with running_postgres() as postgres, running_redis() as redis:
        sys.exit(asyncio.run(_run(postgres.url, redis.url)))
