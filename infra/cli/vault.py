"""`mevichat vault`: master keys."""

from __future__ import annotations

import typer

app = typer.Typer(help="Master keys, under which provider keys are sealed.", no_args_is_help=True)


@app.callback()
def vault() -> None:
    """Keep the sub-command's name: typer would drop that of a single one."""


@app.command(name="new-key")
def new_key() -> None:
    """Draw a master key and print it: put it first in MEVICHAT_MASTER_KEYS, and keep the older ones after it."""
    from shared.vault.master_keys import new_master_key  # noqa: PLC0415 - only this command needs the vault

    typer.echo(new_master_key())
