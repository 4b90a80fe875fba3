"""`mevichat demo seed`: a made-up history, to see what the pages look like and how fast they are."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from typing import Annotated
from uuid import UUID

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from infra.cli.demo_history import make_bots, make_history
from infra.cli.demo_keys import add_keys
from infra.cli.names import name_in
from infra.cli.printed import print_value
from infra.cli.store_access import ACTOR, RefusedError, run_on_store
from infra.cli.told_together import read_all
from infra.cli.typed import whole_number
from infra.cli.workspaces import workspace_of
from shared.clock import utc_now
from shared.domain.catalogue import load_catalogue
from shared.domain.plans import Plan
from shared.ids import new_id
from shared.settings import Settings
from shared.store.database import Database
from shared.store.demo.write import begin_history, has_turns, write_history
from shared.store.keys.write import delete_key
from shared.store.workspaces.create import create_workspace
from shared.store.workspaces.read import find_workspace, find_workspaces_named
from shared.store.workspaces.rows import WorkspaceRow

app = typer.Typer(help="Made-up data to try the product with.", no_args_is_help=True)
MOST_TURNS = 100_000_000
MOST_BOTS = 10_000


@app.callback()
def demo() -> None:
    """Keep the sub-command's name: typer would drop that of a single one."""


@app.command()
def seed(
    turns: Annotated[
        str, typer.Option(metavar=f"1 to {MOST_TURNS}", help="How many, over the last 90 days.")
    ] = "100000",
    bots: Annotated[str, typer.Option(metavar=f"1 to {MOST_BOTS}", help="How many had them.")] = "50",
    workspace: Annotated[
        str, typer.Option(help="A workspace without turns, by name or id; made when none has the name.")
    ] = "Seeded",
) -> None:
    """Write a realistic history into a workspace of its own; prints the workspace's id.

    Its keys are made up: no provider knows them. To sign in: `mevichat token create WORKSPACE`.
    """

    async def work(settings: Settings, database: Database) -> UUID:
        turn_count, bot_count, name = await read_all(
            lambda: whole_number(turns, "turns", 1, MOST_TURNS),
            lambda: whole_number(bots, "bots", 1, MOST_BOTS),
            lambda: name_in(workspace, "workspace"),
        )
        row, began = await _own_workspace(settings, database, name), time.monotonic()
        await write_seed(settings, database, row, turns=turn_count, bots=bot_count)
        typer.echo(f"{turn_count:,} turns of {bot_count:,} bots in {time.monotonic() - began:,.0f} s.", err=True)
        return row.workspace_id

    print_value("The workspace's id:", run_on_store(work))


async def write_seed(settings: Settings, database: Database, workspace: WorkspaceRow, *, turns: int, bots: int) -> None:
    """Fill a workspace that has no turns."""
    models = load_catalogue(settings.catalogue_file).allowed(workspace.plan)
    keys = await add_keys(settings, database, workspace.workspace_id) if workspace.plan.allows_keys else {}
    history = make_history(workspace.workspace_id, make_bots(bots, models, keys), turns=turns, now=utc_now())
    await begin_history(database, history, messages_a_month=turns, actor=ACTOR)
    for own in keys.values():
        if len(own) > 1:  # the last is one of the past
            await delete_key(database, workspace_id=workspace.workspace_id, key_id=own[-1], actor=ACTOR)
    await _show(write_history(database, history), turns)


async def _own_workspace(settings: Settings, database: Database, name: str) -> WorkspaceRow:
    row = await _named_or_new(settings, database, name)
    if await has_turns(database, row.workspace_id):
        message = f"{row.name} has turns already; name a workspace that is to be made, or one without turns."
        raise RefusedError(message)
    return row


async def _named_or_new(settings: Settings, database: Database, name: str) -> WorkspaceRow:
    if await find_workspaces_named(database, name) or _is_id(name):
        return await workspace_of(database, name)
    workspace_id, plan = new_id(), Plan.SCALE
    await create_workspace(
        database,
        workspace_id=workspace_id,
        name=name,
        plan=plan,
        slots=settings.slots_of(plan),
        message_limit=settings.monthly_messages_of(plan),
        actor=ACTOR,
    )
    made = await find_workspace(database, workspace_id)
    assert made is not None
    return made


async def _show(written: AsyncIterator[int], turns: int) -> None:
    columns = (TextColumn("Turns"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("turns", total=turns)
        async for count in written:
            progress.update(task, completed=count)


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
