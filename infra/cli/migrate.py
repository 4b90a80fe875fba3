"""`mevichat migrate`: bring the database to this version."""

from __future__ import annotations

import typer

from infra.cli.store_access import run_on_address
from shared.store.migrate import migrate_async


def migrate() -> typer.Exit:
    """Upgrade the configured database; does nothing to one that is up to date."""
    run_on_address(lambda _, url: migrate_async(url))
    typer.echo("The database is at this version.")
    return typer.Exit()
