"""`mevichat bot`: bots of a workspace."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import typer

from infra.cli.names import name_in
from infra.cli.printed import print_value
from infra.cli.store_access import ACTOR, RefusedError, id_in, run_on_store
from infra.cli.tables import print_table
from infra.cli.told_together import read_all
from infra.cli.workspaces import WorkspaceArgument, workspace_of
from shared.domain.catalogue import MINI, Catalogue, load_catalogue
from shared.domain.plans import Plan
from shared.ids import new_id
from shared.settings import Settings
from shared.store.bots.read import find_bot, list_bots
from shared.store.bots.rows import BotRow, NewBot
from shared.store.bots.write import create_bot
from shared.store.database import Database

app = typer.Typer(help="Bots of a workspace.", no_args_is_help=True)


@app.command()
def create(
    workspace: WorkspaceArgument,
    name: Annotated[str, typer.Argument(help="What the bot is called.")],
    model: Annotated[str, typer.Option(help="The model that it runs on.")] = MINI,
) -> None:
    """Make a bot; prints its id. Its token: `mevichat token create WORKSPACE --bot BOT`."""

    async def work(settings: Settings, database: Database) -> UUID:
        row = await workspace_of(database, workspace)
        catalogue = load_catalogue(settings.catalogue_file)
        own, _ = await read_all(lambda: name_in(name, "bot"), lambda: _require_model(catalogue, model, row.plan))
        bot = NewBot(bot_id=new_id(), workspace_id=row.workspace_id, name=own, model=model)
        await create_bot(database, bot, actor=ACTOR)
        return bot.bot_id

    print_value("The bot's id:", run_on_store(work))


@app.command(name="list")
def list_all(workspace: WorkspaceArgument) -> None:
    """Show the workspace's bots."""

    async def work(_: Settings, database: Database) -> list[BotRow]:
        row = await workspace_of(database, workspace)
        return await list_bots(database, row.workspace_id)

    rows: list[BotRow] = run_on_store(work)
    print_table(("id", "name", "model", "key"), [(bot.bot_id, bot.name, bot.model, bot.key_id) for bot in rows])


async def bot_of(database: Database, workspace_id: UUID, text: str) -> BotRow:
    """Find the workspace's bot with this id or name.

    Raises:
        RefusedError: there is none, or several have the name.

    """
    named = [bot for bot in await list_bots(database, workspace_id) if bot.name == text]
    if len(named) > 1:
        message = f"{len(named)} bots are named {text}; say the id (`mevichat bot list`)."
        raise RefusedError(message)
    typed = id_in(text)
    found = named[0] if named else typed and await find_bot(database, workspace_id=workspace_id, bot_id=typed)
    if not found:
        message = f"No bot of the workspace has the id or name {text}; `mevichat bot list WORKSPACE` shows them."
        raise RefusedError(message)
    return found


def _require_model(known: Catalogue, model: str, plan: Plan) -> None:
    found = known.find(model)
    if found is None:
        message = f"There is no model {model}; choose one of {', '.join(known.models)}."
        raise RefusedError(message)
    if not plan.includes(found.plan):
        message = f"{found.name} needs the plan {found.plan}; the workspace is on {plan}."
        raise RefusedError(message)
