"""A member changes their own password: every session of theirs ends, and this browser gets a new one."""

from __future__ import annotations

import asyncio

from starlette.responses import Response

from services.dashboard.authenticate import address_of
from services.dashboard.context import doors_database
from services.dashboard.errors import AdminError, invalid
from services.dashboard.pages.page import Page
from services.dashboard.pages.render import go_to, render
from services.dashboard.refusals import Refusals
from services.dashboard.signing_in.attempts import WINDOW_SECONDS, is_too_often, subjects_of
from services.dashboard.signing_in.cookie import WHOLE_LIFE_SECONDS, cookie_hash, set_cookie
from services.dashboard.signing_in.login import TOO_OFTEN
from services.dashboard.signing_in.passwords import hash_password, is_password, problem_with_password
from services.dashboard.signing_in.visit import Visit
from shared.ids import new_token_text
from shared.store.members.read import find_member
from shared.store.members.rows import MemberRow
from shared.store.members.write import set_password
from shared.store.sessions.login_failures import count_login_attempt, take_back_login_attempt
from shared.store.sessions.sessions import open_session

TOO_MANY = 429


async def show(visit: Visit) -> Response:
    """Show the form; who signed in with a token has no password."""
    return render(visit, "own_password.html", refusal=None)


async def change(visit: Visit) -> Response:
    """Change the password of whoever knows the old one."""
    old, new, again = (visit.form.pop(name, "") for name in ("old", "new", "again"))
    try:
        member = await _member_who_may(visit, old, new, again)
    except AdminError as refusal:
        return render(visit, "own_password.html", refusal.status, refusal=refusal)
    await set_password(
        visit.context.database,
        workspace_id=member.workspace_id,
        member_id=member.member_id,
        password_hash=await asyncio.to_thread(hash_password, new),
        actor=visit.actor,
    )
    return await _with_new_session(visit, member, go_to("/workspace/password", "password-changed"))


async def _with_new_session(visit: Visit, member: MemberRow, response: Response) -> Response:
    """Hand out a new cookie: whoever has stolen the old one has nothing any more."""
    cookie = new_token_text("")
    await open_session(
        doors_database(visit.request),
        cookie_hash=cookie_hash(cookie),
        keep_seconds=WHOLE_LIFE_SECONDS,
        member_id=member.member_id,
    )
    set_cookie(response, cookie)
    return response


async def _member_who_may(visit: Visit, old: str, new: str, again: str) -> MemberRow:
    """Return the member where all is right; raises AdminError that names every field that must be corrected."""
    refusals, problem = Refusals(), problem_with_password(new)
    member: MemberRow | None = None
    with refusals.noting():
        member = await _member(visit, old)
    if problem is not None:
        refusals.note(invalid("new", problem))
    if new != again:
        refusals.note(invalid("again", "The two new passwords differ; type them again."))
    refusals.raise_all()
    assert member is not None
    return member


async def _member(visit: Visit, old: str) -> MemberRow:
    """Return the member whose password is right; wrong ones count like failed logins. Raises AdminError."""
    database, email = doors_database(visit.request), visit.session.name
    member = await find_member(visit.context.database, email) if visit.session.member_id else None
    if member is None:
        raise invalid("old", "You signed in with an admin token, which has no password.")
    subjects = subjects_of(address_of(visit.request), email)
    counted = await count_login_attempt(database, list(subjects), within_seconds=WINDOW_SECONDS)
    if is_too_often(counted, subjects):
        await take_back_login_attempt(database, list(subjects))
        raise AdminError(TOO_MANY, "rate_limit_exceeded", TOO_OFTEN, "old")
    if not await is_password(old, member.password_hash):
        raise invalid("old", "The old password is wrong; type it again.")
    await take_back_login_attempt(database, list(subjects))
    return member


PAGES = [
    Page("/workspace/password", show),
    Page("/workspace/password", change, method="POST"),
]
