"""How a command prints a value that somebody needs: bare for scripts, with a word beside it for people."""

from __future__ import annotations

import typer


def print_value(word: str, value: object) -> None:
    """Say on stderr what the value is, and print it alone on stdout."""
    typer.echo(word, err=True)
    typer.echo(value)
