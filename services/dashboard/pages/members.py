"""The workspace's members, for its owners: list, add, change a role, remove."""

from __future__ import annotations

import asyncio
from uuid import UUID

from starlette.responses import Response

from services.dashboard.errors import AdminError, invalid
from services.dashboard.pages.page import Page
from services.dashboard.pages.render import go_to, render, render_problem
from services.dashboard.refusals import Refusals
from services.dashboard.signing_in.passwords import hash_password, problem_with_password
from services.dashboard.signing_in.visit import Visit
from shared.domain.email_address import problem_with_email
from shared.domain.roles import Role
from shared.domain.secret import Secret
from shared.ids import new_id, new_password
from shared.store.members.read import list_members
from shared.store.members.rows import MemberRow
from shared.store.members.write import MemberChange, add_member, change_role, remove_member

NOT_FOUND, CONFLICT = 404, 409
LIST = "/workspace/members"
ROLES = (Role.OWNER, Role.ADMIN, Role.VIEWER)
NO_SUCH_MEMBER = "There is no such member in this workspace. They may have been removed."
LAST_OWNER = "This is the last owner of the workspace. Make another member an owner first."
BAD_ROLE = invalid("role", f"Choose one of the roles: {', '.join(ROLES)}.")
REFUSALS = {MemberChange.NOT_FOUND: (NOT_FOUND, NO_SUCH_MEMBER), MemberChange.LAST_OWNER: (CONFLICT, LAST_OWNER)}


async def show(visit: Visit) -> Response:
    """List the members."""
    return render(visit, "members.html", members=await list_members(visit.context.database, visit.workspace_id))


async def new(visit: Visit) -> Response:
    """Show the form for a new member."""
    return _form(visit, {"email": "", "role": Role.VIEWER})


async def add(visit: Visit) -> Response:
    """Add a member; a password that is left empty is drawn and shown, this once."""
    values = {"email": visit.form.get("email", "").strip().lower(), "role": visit.form.get("role", "")}
    typed = Secret(visit.form.pop("password", ""))
    password = typed or Secret(new_password())
    try:
        _check(values, typed)
        await _add(visit, values, password)
    except AdminError as refusal:
        return _form(visit, values, refusal)
    if typed:
        return go_to(LIST, "member-added")
    sentence = f"{values['email']} can sign in with this password. Pass it on now: it is never shown again."
    return render(
        visit, "shown_once.html", title="First password", sentence=sentence, secret=password.open(), back=LIST
    )


async def role_form(visit: Visit) -> Response:
    """Show the form that changes a role."""
    return await _with_member(visit, "member_role.html")


async def set_role(visit: Visit) -> Response:
    """Change a member's role."""
    member = await _find(visit)
    role = visit.form.get("role", "")
    if member is None:
        return render_problem(visit, NOT_FOUND, NO_SUCH_MEMBER)
    if role not in ROLES:
        return render(visit, "member_role.html", BAD_ROLE.status, member=member, roles=ROLES, refusal=BAD_ROLE)
    change = await change_role(
        visit.context.database,
        workspace_id=visit.workspace_id,
        member_id=member.member_id,
        role=Role(role),
        actor=visit.actor,
    )
    return _answer(visit, change, "member-changed")


async def removal(visit: Visit) -> Response:
    """Ask before a member is removed."""
    return await _with_member(visit, "member_remove.html")


async def remove(visit: Visit) -> Response:
    """Remove a member and end their sessions."""
    member = await _find(visit)
    if member is None:
        return render_problem(visit, NOT_FOUND, NO_SUCH_MEMBER)
    change = await remove_member(
        visit.context.database, workspace_id=visit.workspace_id, member_id=member.member_id, actor=visit.actor
    )
    return _answer(visit, change, "member-removed")


def _answer(visit: Visit, change: MemberChange, done: str) -> Response:
    if change in REFUSALS:
        return render_problem(visit, *REFUSALS[change])
    return go_to(LIST, done)


def _form(visit: Visit, values: dict[str, str], refusal: AdminError | None = None) -> Response:
    status = 200 if refusal is None else refusal.status
    return render(visit, "member_new.html", status, values=values, refusal=refusal, roles=ROLES)


def _check(values: dict[str, str], typed: Secret) -> None:
    """Refuse what no member can have; raises AdminError that names every field that must be corrected."""
    refusals, problem = Refusals(), problem_with_password(typed.open()) if typed else None
    if problem_with_email(values["email"]) is not None:
        refusals.note(invalid("email", "Write one address, as in ann@example.com."))
    if values["role"] not in ROLES:
        refusals.note(BAD_ROLE)
    if problem is not None:
        refusals.note(invalid("password", problem))
    refusals.raise_all()


async def _add(visit: Visit, values: dict[str, str], password: Secret) -> None:
    """Add the member; raises AdminError when the address is somebody's."""
    added = await add_member(
        visit.context.database,
        member_id=new_id(),
        workspace_id=visit.workspace_id,
        email=values["email"],
        password_hash=await asyncio.to_thread(hash_password, password.open()),
        role=Role(values["role"]),
        actor=visit.actor,
    )
    if not added:
        raise invalid("email", "Somebody signs in with this address already; use another.")


async def _with_member(visit: Visit, template: str) -> Response:
    member = await _find(visit)
    if member is None:
        return render_problem(visit, NOT_FOUND, NO_SUCH_MEMBER)
    return render(visit, template, member=member, roles=ROLES, refusal=None)


async def _find(visit: Visit) -> MemberRow | None:
    try:
        member_id = UUID(visit.request.path_params["id"])
    except ValueError:
        return None
    members = await list_members(visit.context.database, visit.workspace_id)
    return next((member for member in members if member.member_id == member_id), None)


PAGES = [
    Page(LIST, show, Role.OWNER),
    Page(f"{LIST}/new", new, Role.OWNER),
    Page(f"{LIST}/new", add, Role.OWNER, "POST"),
    Page(f"{LIST}/{{id}}/role", role_form, Role.OWNER),
    Page(f"{LIST}/{{id}}/role", set_role, Role.OWNER, "POST"),
    Page(f"{LIST}/{{id}}/remove", removal, Role.OWNER),
    Page(f"{LIST}/{{id}}/remove", remove, Role.OWNER, "POST"),
]
