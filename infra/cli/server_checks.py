"""What must be true of PostgreSQL and Redis: before a process starts, and when the doctor looks."""

from __future__ import annotations

from datetime import timedelta

from shared.clock import utc_now
from shared.errors import MevichatError
from shared.queue.errors import QueueUnavailableError
from shared.queue.standing import require_sound_redis
from shared.settings import Settings
from shared.store.database import Database
from shared.store.documents.embeddings import has_vectors
from shared.store.errors import StoreError
from shared.store.standing import is_migrated, server_time

CLOCKS_MAY_DIFFER_BY = timedelta(seconds=5)


class UnsoundServerError(MevichatError):
    """Raised when a server must not be worked on as it is; the message says how to mend it."""


async def refuse_unsound_servers(settings: Settings) -> None:
    """Refuse servers on which a process would do harm. One that is away is no refusal: the process waits for it.

    Raises:
        UnsoundServerError: PostgreSQL's clock or tables are wrong.
        EvictingRedisError: Redis may throw messages away.

    """
    problems = await postgres_problems(settings.database_url)
    found = problems["PostgreSQL clock"] or problems["PostgreSQL tables"]
    if found and not problems["PostgreSQL"]:
        raise UnsoundServerError(found)
    try:
        await require_sound_redis(settings.redis_url or "")
    except QueueUnavailableError:
        return


async def postgres_problems(url: str | None) -> dict[str, str | None]:
    """Return each check of PostgreSQL and what is wrong with it, None when nothing is."""
    unknown = {"PostgreSQL clock": "Not known.", "PostgreSQL tables": "Not known."}
    if not url:
        return {"PostgreSQL": "Set MEVICHAT_DATABASE_URL, or start the product (`make run`).", **unknown}
    database = Database.connect(url, connections=1, application_name="mevichat-cli")
    try:
        return {
            "PostgreSQL": None,
            "PostgreSQL clock": await _clock_problem(database),
            "PostgreSQL tables": None
            if await is_migrated(database)
            else "Run `mevichat migrate`: its tables are not of this version.",
        }
    except StoreError:
        return {"PostgreSQL": "It does not answer; start it, or correct MEVICHAT_DATABASE_URL.", **unknown}
    finally:
        await database.close()


async def holds_vectors(url: str | None) -> bool | None:
    """Return whether the database can hold vectors, None when that is not known."""
    if not url:
        return None
    database = Database.connect(url, connections=1, application_name="mevichat-cli")
    try:
        return await has_vectors(database)
    except StoreError:
        return None
    finally:
        await database.close()


async def redis_problem(url: str | None) -> str | None:
    """Return what is wrong with Redis, None when nothing is."""
    if not url:
        return "Set MEVICHAT_REDIS_URL, or start the product (`make run`)."
    try:
        await require_sound_redis(url)
    except QueueUnavailableError:
        return "It does not answer; start it, or correct MEVICHAT_REDIS_URL."
    except MevichatError as unsound:
        return str(unsound)
    return None


async def _clock_problem(database: Database) -> str | None:
    difference = abs(await server_time(database) - utc_now())
    if difference <= CLOCKS_MAY_DIFFER_BY:
        return None
    return f"PostgreSQL's clock and this machine's differ by {difference.total_seconds():.0f} s; set both by NTP."
