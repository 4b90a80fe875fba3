"""How an operator's command reaches the database: one connection, one command, closed after."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import typer
import uvloop

from shared.settings import Settings, SettingsError, load_settings
from shared.store.database import Database
from shared.store.errors import StoreUnavailableError

ACTOR = "operator"
"""Who the audit names when a command changes something."""


def run_on_store(work: Callable[[Settings, Database], Awaitable[Any]]) -> Any:  # noqa: ANN401 - the work's own answer
    """Run the work with this installation's settings and database; return what it returns."""
    try:
        return uvloop.run(_run(load_settings(), work))
    except SettingsError as wrong:
        raise _refusal(str(wrong)) from None
    except StoreUnavailableError:
        raise _refusal("PostgreSQL does not answer. Is the product running (`make run`)?") from None


async def _run(settings: Settings, work: Callable[[Settings, Database], Awaitable[Any]]) -> Any:  # noqa: ANN401
    database = Database.connect(database_url(settings), connections=1, application_name="mevichat-cli")
    try:
        return await work(settings, database)
    finally:
        await database.close()


def database_url(settings: Settings) -> str:
    """Return the configured address, or the one of the embedded server that is running."""
    if settings.database_url:
        return settings.database_url
    address = settings.data_dir / "database.url"
    if not address.exists():
        raise _refusal(f"No PostgreSQL: set MEVICHAT_DATABASE_URL, or start the product first ({address} is missing).")
    return address.read_text().strip()


def _refusal(sentence: str) -> typer.Exit:
    typer.echo(sentence, err=True)
    return typer.Exit(code=2)
