"""`mevichat vault`: master keys, and what is sealed under them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from infra.cli.store_access import run_on_store

if TYPE_CHECKING:  # loads cryptography
    from shared.keys.reseal import SealedBatch
    from shared.settings import Settings
    from shared.store.database import Database

app = typer.Typer(help="Master keys, under which provider keys are sealed.", no_args_is_help=True)
UNOPENED_EXIT = 1


@app.command(name="new-key")
def new_key() -> None:
    """Draw a master key and print it. How it comes into use: docs/master-keys.md."""
    from shared.vault.master_keys import new_master_key  # noqa: PLC0415 - only this command needs the vault

    typer.echo(new_master_key())


@app.command()
def rotate() -> None:
    """Seal everything anew under the first of MEVICHAT_MASTER_KEYS, while the product runs.

    It may be stopped and run again at any time: what is done stays done. Exit code 1 when something opens under none
    of the keys.
    """
    from shared.keys.reseal import reseal  # noqa: PLC0415

    seen = run_on_store(lambda settings, database: _look(settings, database, lambda looked: reseal(database, looked)))
    done, newest = sum(len(one.renewals) for one in seen), sum(one.newest for one in seen)
    typer.echo(f"{done:,} sealed anew, {newest:,} were under the newest master key.")
    _tell_unopened(seen)
    typer.echo("Nothing needs an older master key any more: name the newest alone, and restart every process.")


@app.command()
def check() -> None:
    """Tell what still needs an older master key, and what opens under none; changes nothing.

    Exit code 1 when something opens under none of MEVICHAT_MASTER_KEYS.
    """
    seen = run_on_store(lambda settings, database: _look(settings, database, _leave))
    older, newest = sum(len(one.renewals) for one in seen), sum(one.newest for one in seen)
    typer.echo(f"{newest:,} under the newest master key, {older:,} under an older one.")
    _tell_unopened(seen)
    if older:
        typer.echo("`mevichat vault rotate` seals those anew; until then keep every master key.")


async def _leave(_looked: SealedBatch) -> None:
    return None


async def _look(
    settings: Settings, database: Database, do: Callable[[SealedBatch], Awaitable[None]]
) -> list[SealedBatch]:
    from shared.keys.reseal import count_all_sealed, look_through  # noqa: PLC0415
    from shared.vault.master_keys import parse_master_keys  # noqa: PLC0415
    from shared.vault.vault import Vault  # noqa: PLC0415

    vault, seen = Vault(parse_master_keys(settings.master_keys)), []
    columns = (TextColumn("Sealed texts"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("sealed", total=await count_all_sealed(database))
        async for looked in look_through(database, vault):
            await do(looked)
            seen.append(looked)
            progress.advance(task, looked.size)
    return seen


def _tell_unopened(seen: list[SealedBatch]) -> None:
    """Name what no master key opens, and end with the code that says so."""
    unopened = [(one, row) for one in seen for row in one.unopened]
    for one, row in unopened:
        typer.echo(f"{one.column.table} {row.row_id} of workspace {row.workspace_id} opens under none of the keys.")
    if unopened:
        typer.echo("Add the master key that is missing to MEVICHAT_MASTER_KEYS, or have these secrets pasted anew.")
        raise typer.Exit(code=UNOPENED_EXIT)
