"""`mevichat member`: who may sign in to the dashboard, of a workspace or as an operator."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import typer

from infra.cli.printed import print_value
from infra.cli.store_access import ACTOR, RefusedError, run_on_store
from infra.cli.tables import print_table
from infra.cli.told_together import read_all
from infra.cli.workspaces import workspace_of
from services.dashboard.signing_in.passwords import hash_password
from shared.domain.email_address import problem_with_email
from shared.domain.roles import Role
from shared.ids import new_id, new_password
from shared.settings import Settings
from shared.store.database import Database
from shared.store.members.read import find_member, list_members, list_operators
from shared.store.members.rows import MemberRow
from shared.store.members.write import MemberChange, add_member, remove_member, set_password

app = typer.Typer(help="People who sign in to the dashboard.", no_args_is_help=True)
WORKSPACE_ROLES = tuple(role.value for role in Role if role is not Role.OPERATOR)
EmailArgument = Annotated[str, typer.Argument(help="The address with which the person signs in.")]
WorkspaceArgument = Annotated[
    str, typer.Argument(metavar="workspace", help="The workspace's id, or its name when no other has it.")
]
WorkspaceOption = Annotated[str, typer.Option("--workspace", help="The workspace, said as an option.")]
OperatorOption = Annotated[bool, typer.Option("--operator", help="An operator, who belongs to no workspace.")]
RoleOption = Annotated[
    str, typer.Option(metavar="|".join(WORKSPACE_ROLES), help="What a member of a workspace may do.")
]


@app.command()
def add(
    email: EmailArgument,
    workspace: WorkspaceArgument = "",
    named: WorkspaceOption = "",
    role: RoleOption = Role.VIEWER.value,
    operator: OperatorOption = False,  # noqa: FBT002 - an option of the command line
) -> None:
    """Let a person sign in; prints their first password, this once."""

    async def work(_: Settings, database: Database) -> str:
        address, chosen, workspace_id = await read_all(
            lambda: _address(email),
            lambda: _role(role),
            lambda: _workspace_id(database, workspace, named, operator=operator),
        )
        password = new_password()
        added = await add_member(
            database,
            member_id=new_id(),
            workspace_id=workspace_id,
            email=address,
            password_hash=hash_password(password),
            role=Role.OPERATOR if workspace_id is None else chosen,
            actor=ACTOR,
        )
        if not added:
            message = f"Somebody signs in with {address} already; use another address, or remove them first."
            raise RefusedError(message)
        return password

    print_value("Their first password, shown this once:", run_on_store(work))


@app.command(name="list")
def list_all(
    workspace: WorkspaceArgument = "",
    named: WorkspaceOption = "",
    operator: OperatorOption = False,  # noqa: FBT002
) -> None:
    """Show a workspace's members, or the operators."""

    async def work(_: Settings, database: Database) -> list[MemberRow]:
        if _is_operator(workspace or named, operator=operator):
            return await list_operators(database)
        row = await workspace_of(database, _one(workspace, named))
        return await list_members(database, row.workspace_id)

    rows: list[MemberRow] = run_on_store(work)
    print_table(("e-mail", "role", "since"), [(m.email, m.role, f"{m.created_at:%Y-%m-%d}") for m in rows])


@app.command()
def remove(email: EmailArgument) -> None:
    """Take a person's access away; their sessions end at once."""

    async def work(_: Settings, database: Database) -> None:
        member = await _member(database, email)
        change = await remove_member(
            database, workspace_id=member.workspace_id, member_id=member.member_id, actor=ACTOR
        )
        if change is MemberChange.LAST_OWNER:
            message = f"{member.email} is the last owner of the workspace; add another owner first."
            raise RefusedError(message)
        typer.echo(f"{member.email} is removed.")

    run_on_store(work)


@app.command()
def password(email: EmailArgument) -> None:
    """Give a person another password and end their sessions; prints it, this once."""

    async def work(_: Settings, database: Database) -> str:
        member = await _member(database, email)
        drawn = new_password()
        await set_password(
            database,
            workspace_id=member.workspace_id,
            member_id=member.member_id,
            password_hash=hash_password(drawn),
            actor=ACTOR,
        )
        return drawn

    print_value("Their new password, shown this once:", run_on_store(work))


async def _member(database: Database, email: str) -> MemberRow:
    member = await find_member(database, _address(email))
    if member is None:
        message = f"Nobody signs in with {email}; list members with `mevichat member list WORKSPACE`."
        raise RefusedError(message)
    return member


async def _workspace_id(database: Database, workspace: str, named: str, *, operator: bool) -> UUID | None:
    """Return the workspace that was named, None for an operator."""
    if _is_operator(workspace or named, operator=operator):
        return None
    return (await workspace_of(database, _one(workspace, named))).workspace_id


def _address(email: str) -> str:
    address = email.strip().lower()
    if problem_with_email(address) is not None:
        message = f"{email} is no e-mail address; write one as in ann@example.com."
        raise RefusedError(message)
    return address


def _is_operator(workspace: str, *, operator: bool) -> bool:
    """Tell whether an operator is meant; refuse what is neither the one nor the other."""
    if operator == bool(workspace):
        message = "Say either a workspace or --operator."
        raise RefusedError(message)
    return operator


def _one(workspace: str, named: str) -> str:
    if workspace and named and workspace != named:
        message = f"Two workspaces are named, {workspace} and {named}; say one."
        raise RefusedError(message)
    return workspace or named


def _role(text: str) -> Role:
    if text not in WORKSPACE_ROLES:
        message = f"{text} is no role of a workspace; choose one of {', '.join(WORKSPACE_ROLES)}."
        raise RefusedError(message)
    return Role(text)
