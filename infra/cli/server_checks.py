"""What must be true of PostgreSQL and Redis: before a process starts, and when the doctor looks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

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


class Server(StrEnum):
    """The servers that a process works on."""

    POSTGRESQL = "PostgreSQL"
    REDIS = "Redis"


@dataclass(frozen=True, slots=True)
class Standing:
    """How a server stands: away, or there with what makes it harmful to work on, None when nothing does."""

    is_away: bool
    problem: str | None = None


async def refuse_unsound_servers(settings: Settings) -> list[Server]:
    """Refuse servers on which a process would do harm; return those that are away: a process waits for them.

    Raises:
        UnsoundServerError: PostgreSQL's clock or tables are wrong, or Redis may throw messages away.

    """
    away = []
    for server in Server:
        standing = await standing_of(server, settings)
        if standing.problem:
            raise UnsoundServerError(standing.problem)
        if standing.is_away:
            away.append(server)
    return away


async def standing_of(server: Server, settings: Settings) -> Standing:
    """Return how the server stands now."""
    if server is Server.REDIS:
        return await _redis_standing(settings.redis_url or "")
    problems = await postgres_problems(settings.database_url)
    if problems["PostgreSQL"]:
        return Standing(is_away=True)
    return Standing(is_away=False, problem=problems["PostgreSQL clock"] or problems["PostgreSQL tables"])


async def _redis_standing(url: str) -> Standing:
    try:
        await require_sound_redis(url)
    except QueueUnavailableError:
        return Standing(is_away=True)
    except MevichatError as unsound:
        return Standing(is_away=False, problem=str(unsound))
    return Standing(is_away=False)


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
    standing = await _redis_standing(url)
    return "It does not answer; start it, or correct MEVICHAT_REDIS_URL." if standing.is_away else standing.problem


async def _clock_problem(database: Database) -> str | None:
    difference = abs(await server_time(database) - utc_now())
    if difference <= CLOCKS_MAY_DIFFER_BY:
        return None
    return f"PostgreSQL's clock and this machine's differ by {difference.total_seconds():.0f} s; set both by NTP."
