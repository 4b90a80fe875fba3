"""How an operator's command reaches the database: one connection, one command, closed after."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import uvloop

from infra.cli.addresses import DATABASE_FILE, with_kept_addresses
from infra.cli.run_service import refused
from shared.domain.actor import Actor
from shared.errors import MevichatError
from shared.settings import Settings, load_settings
from shared.store.database import Database
from shared.store.errors import StoreUnavailableError

ACTOR = Actor("operator", "command line")
"""Who the audit names when a command changes something."""


class RefusedError(MevichatError):
    """Raised when a command cannot do what it was asked; the message is the sentence for the operator."""


def run_on_store(work: Callable[[Settings, Database], Awaitable[Any]]) -> Any:
    """Run the work with this installation's settings and database; return what it returns."""
    return run_on_address(lambda settings, url: _run(settings, url, work))


def run_on_address(work: Callable[[Settings, str], Awaitable[Any]]) -> Any:
    """Run the work with the settings and the database's address; exit 2 with a sentence when it cannot be done."""
    try:
        settings = with_kept_addresses(load_settings())
        url = database_url(settings)
        return uvloop.run(_awaited(work(settings, url)))
    except (StoreUnavailableError, ConnectionError):
        raise refused("PostgreSQL does not answer. Is the product running (`make run`)?") from None
    except MevichatError as refusal:
        raise refused(str(refusal)) from None


def database_url(settings: Settings) -> str:
    """Return the configured address, or the one that the embedded server keeps in the data folder.

    Raises:
        RefusedError: there is neither.

    """
    if settings.database_url:
        return settings.database_url
    missing = settings.data_dir / DATABASE_FILE
    message = f"No PostgreSQL: set MEVICHAT_DATABASE_URL, or start the product first ({missing} is missing)."
    raise RefusedError(message)


def id_of(text: str, what: str) -> UUID:
    """Read an id that was typed.

    Raises:
        RefusedError: it is none.

    """
    try:
        return UUID(text)
    except ValueError:
        message = f"{text} is not the id of a {what}."
        raise RefusedError(message) from None


def id_in(text: str) -> UUID | None:
    """Return the id that was typed, None when it is none: then it is a name."""
    try:
        return UUID(text)
    except ValueError:
        return None


async def _run(settings: Settings, url: str, work: Callable[[Settings, Database], Awaitable[Any]]) -> Any:
    database = Database.connect(url, connections=1, application_name="mevichat-cli")
    try:
        return await work(settings, database)
    finally:
        await database.close()


async def _awaited(work: Awaitable[Any]) -> Any:
    return await work
