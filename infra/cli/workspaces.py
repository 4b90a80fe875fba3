"""`mevichat workspace`: customers, their plans, slots and quotas, and what was said in their conversations."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import typer

from infra.cli.export import export
from infra.cli.names import name_in
from infra.cli.printed import print_value
from infra.cli.store_access import ACTOR, RefusedError, id_in, run_on_store
from infra.cli.tables import print_table
from infra.cli.told_together import read_all
from infra.cli.typed import TakesNumber, plan_in, whole_number
from shared.domain.erasure import unnamed_user
from shared.domain.plans import Plan
from shared.domain.retention import MOST_RETENTION_DAYS
from shared.ids import new_id
from shared.settings import Settings
from shared.store.database import Database
from shared.store.erasures.order import order_erasure
from shared.store.workspaces import change
from shared.store.workspaces.create import create_workspace
from shared.store.workspaces.read import find_workspace, find_workspaces_named, list_workspaces
from shared.store.workspaces.rows import WorkspaceRow

app = typer.Typer(help="Customers: their plans, slots, quotas and conversations.", no_args_is_help=True)
PLANS = "|".join(Plan)
WorkspaceArgument = Annotated[str, typer.Argument(help="The workspace's id, or its name when no other has it.")]


@app.command()
def create(
    name: Annotated[str, typer.Argument(help="What the customer is called.")],
    plan: Annotated[str, typer.Option(metavar=PLANS, help="What the customer pays for.")] = Plan.FREE.value,
    same_name: Annotated[bool, typer.Option("--same-name", help="Also when another workspace has the name.")] = False,  # noqa: FBT002
) -> None:
    """Make a workspace with its plan's slots and quota; prints its id."""

    async def work(settings: Settings, database: Database) -> UUID:
        workspace_id = new_id()
        own, known = await read_all(lambda: name_in(name, "workspace"), lambda: plan_in(plan))
        if not same_name:
            await _require_new_name(database, own)
        limits = _limits_of(settings, known)
        await create_workspace(database, workspace_id=workspace_id, name=own, plan=known, actor=ACTOR, **limits)
        return workspace_id

    print_value("The workspace's id:", run_on_store(work))


@app.command(name="list")
def list_all() -> None:
    """Show all workspaces."""
    rows: list[WorkspaceRow] = run_on_store(lambda _, database: list_workspaces(database))
    print_table(
        ("id", "name", "plan", "slots", "in flight", "waiting", "messages a month"),
        [(w.workspace_id, w.name, w.plan, w.slots, w.in_flight, w.waiting, w.message_limit) for w in rows],
    )


@app.command(name="plan")
def set_plan(
    workspace: WorkspaceArgument,
    plan: Annotated[str, typer.Argument(metavar=PLANS, help="What the customer pays for.")],
) -> None:
    """Move a workspace to a plan, with that plan's slots and quota."""

    async def work(settings: Settings, database: Database) -> None:
        row = await workspace_of(database, workspace)
        known = plan_in(plan)
        limits = _limits_of(settings, known)
        await change.set_plan(database, workspace_id=row.workspace_id, plan=known, actor=ACTOR, **limits)
        typer.echo(f"{row.name} is on {known}.")

    run_on_store(work)


@app.command(cls=TakesNumber)
def quota(workspace: WorkspaceArgument, messages: Annotated[str, typer.Argument(help="Messages a month.")]) -> None:
    """Say how many messages a month the workspace may send."""

    async def work(_: Settings, database: Database) -> None:
        row = await workspace_of(database, workspace)
        limit = whole_number(messages, "messages", 0)
        await change.set_message_limit(database, workspace_id=row.workspace_id, message_limit=limit, actor=ACTOR)
        typer.echo(f"{row.name} may send {limit} messages a month.")

    run_on_store(work)


@app.command(cls=TakesNumber)
def slots(workspace: WorkspaceArgument, turns: Annotated[str, typer.Argument(help="Turns at once.")]) -> None:
    """Say how many turns of the workspace may run at once; the sweeper rings what this lets in."""

    async def work(_: Settings, database: Database) -> None:
        row = await workspace_of(database, workspace)
        count = whole_number(turns, "turns", 1)
        await change.set_slots(database, workspace_id=row.workspace_id, slots=count, actor=ACTOR)
        typer.echo(f"{row.name} may run {count} turns at once.")

    run_on_store(work)


@app.command(cls=TakesNumber)
def retention(
    workspace: WorkspaceArgument,
    days: Annotated[str, typer.Argument(help=f"Days that texts are kept, up to {MOST_RETENTION_DAYS}; 0: for ever.")],
) -> None:
    """Say for how many days texts are kept; what is older, the sweeper erases for good."""

    async def work(_: Settings, database: Database) -> None:
        row = await workspace_of(database, workspace)
        kept = whole_number(days, "days", 0, MOST_RETENTION_DAYS)
        await change.update_workspace(
            database, lambda _: {"retention_days": kept or None}, workspace_id=row.workspace_id, actor=ACTOR
        )
        typer.echo(f"{row.name} keeps texts {f'for {kept} days' if kept else 'for ever'}.")

    run_on_store(work)


@app.command()
def erase(
    workspace: WorkspaceArgument, user: Annotated[str, typer.Argument(help="The end user, as `user` names them.")]
) -> None:
    """Have all conversations of one end user erased, for good; the sweeper does it. Usage stays."""

    async def work(_: Settings, database: Database) -> None:
        row = await workspace_of(database, workspace)
        if not user:
            message = "Name the end user whose conversations are to be erased."
            raise RefusedError(message)
        is_named = await order_erasure(database, workspace_id=row.workspace_id, end_user=user, actor=ACTOR)
        typer.echo("Ordered; the audit says `user.erased` when nothing is left.")
        if not is_named:
            typer.echo(unnamed_user(user))

    run_on_store(work)


@app.command(name="export")
def export_conversations(
    workspace: WorkspaceArgument,
    user: Annotated[str | None, typer.Option(help="Of this end user alone.")] = None,
    conversation: Annotated[str | None, typer.Option(help="Of this conversation alone.")] = None,
    first: Annotated[str, typer.Option("--from", help="From this UTC day on, like 2026-01-31.")] = "",
    last: Annotated[str, typer.Option("--to", help="Up to this UTC day.")] = "",
) -> None:
    """Write every turn with its texts to the standard output: JSON, one line a turn, the newest first."""

    async def work(_: Settings, database: Database) -> None:
        row = await workspace_of(database, workspace)
        await export(database, row.workspace_id, user=user, conversation=conversation, first=first, last=last)

    run_on_store(work)


async def workspace_of(database: Database, text: str) -> WorkspaceRow:
    """Find the workspace with this id or name.

    Raises:
        RefusedError: there is none, or several have the name.

    """
    named = await find_workspaces_named(database, text)
    if len(named) > 1:
        message = f"{len(named)} workspaces are named {text}; say the id (`mevichat workspace list`)."
        raise RefusedError(message)
    typed = id_in(text)
    found = named[0] if named else typed and await find_workspace(database, typed)
    if not found:
        message = f"No workspace has the id or name {text}; `mevichat workspace list` shows them."
        raise RefusedError(message)
    return found


def _limits_of(settings: Settings, plan: Plan) -> dict[str, int]:
    return {"slots": settings.slots_of(plan), "message_limit": settings.monthly_messages_of(plan)}


async def _require_new_name(database: Database, name: str) -> None:
    others = await find_workspaces_named(database, name)
    if others:
        message = (
            f"Workspace {others[0].workspace_id} is named {name} already, and commands find workspaces by name; "
            "choose another name, or say --same-name."
        )
        raise RefusedError(message)
