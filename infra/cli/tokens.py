"""`mevichat token`: bearer tokens of a workspace and its bots."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import typer

from infra.cli.bots import bot_of
from infra.cli.names import name_in
from infra.cli.new_tokens import new_token
from infra.cli.printed import print_value
from infra.cli.store_access import ACTOR, RefusedError, id_of, run_on_store
from infra.cli.tables import print_table
from infra.cli.workspaces import WorkspaceArgument, workspace_of
from shared.settings import Settings
from shared.store.database import Database
from shared.store.tokens import revoke as revocation
from shared.store.tokens.create import create_token
from shared.store.tokens.list import list_tokens
from shared.store.tokens.rows import TokenRow

app = typer.Typer(help="Bearer tokens of a workspace and its bots.", no_args_is_help=True)
TokenArgument = Annotated[str, typer.Argument(help="The token's id, as `mevichat token list` shows it.")]


@app.command()
def create(
    workspace: WorkspaceArgument,
    bot: Annotated[str, typer.Option(help="A bot's id or name: makes a bot token, not an admin token.")] = "",
    name: Annotated[str, typer.Option(help="What the token is for.")] = "",
) -> None:
    """Make a token and print it, this once: only its hash is kept."""

    async def work(_: Settings, database: Database) -> str:
        row = await workspace_of(database, workspace)
        own = name_in(name, "token") if name else ""
        bot_id = (await bot_of(database, row.workspace_id, bot)).bot_id if bot else None
        token, text = new_token(row.workspace_id, bot_id=bot_id, name=own)
        await create_token(database, token, actor=ACTOR)
        return text

    print_value("The token, shown this once:", run_on_store(work))


@app.command(name="list")
def list_all(workspace: WorkspaceArgument) -> None:
    """Show the workspace's tokens by their last four characters, the revoked too."""

    async def work(_: Settings, database: Database) -> list[TokenRow]:
        row = await workspace_of(database, workspace)
        return await list_tokens(database, row.workspace_id)

    rows: list[TokenRow] = run_on_store(work)
    print_table(
        ("id", "kind", "name", "ends in", "bot", "state"),
        [(t.token_id, t.kind, t.name, t.last_four, t.bot_id, "revoked" if t.revoked_at else "good") for t in rows],
    )


@app.command()
def revoke(workspace: WorkspaceArgument, token: TokenArgument) -> None:
    """Take a token back; it opens nothing from now on."""

    async def work(_: Settings, database: Database) -> None:
        row = await workspace_of(database, workspace)
        token_id = id_of(token, "token")
        if not await revocation.revoke_token(database, workspace_id=row.workspace_id, token_id=token_id, actor=ACTOR):
            raise _no_good_token(token_id)
        typer.echo("The token is revoked.")

    run_on_store(work)


@app.command()
def rotate(workspace: WorkspaceArgument, token: TokenArgument) -> None:
    """Put a new token in an old one's place and print it, this once."""

    async def work(_: Settings, database: Database) -> str:
        row = await workspace_of(database, workspace)
        token_id = id_of(token, "token")
        old = next((each for each in await list_tokens(database, row.workspace_id) if each.token_id == token_id), None)
        if old is None:
            raise _no_good_token(token_id)
        replacement, text = new_token(row.workspace_id, bot_id=old.bot_id, name=old.name)
        if not await revocation.rotate_token(
            database, workspace_id=row.workspace_id, token_id=token_id, replacement=replacement, actor=ACTOR
        ):
            raise _no_good_token(token_id)
        return text

    print_value("The new token, shown this once:", run_on_store(work))


def _no_good_token(token_id: UUID) -> RefusedError:
    return RefusedError(f"The workspace has no good token {token_id}; list them with `mevichat token list`.")
