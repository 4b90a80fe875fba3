"""Sign in, with an admin token or with e-mail and password, and sign out."""

from __future__ import annotations

import hashlib

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from services.dashboard.body import read_form_fields
from services.dashboard.context import AdminContext, context_of
from services.dashboard.pages.render import bare_page
from services.dashboard.signing_in.cookie import (
    clear_cookie,
    cookie_hash,
    cookie_of,
    is_same_origin,
    local_path,
    set_cookie,
)
from services.dashboard.signing_in.passwords import is_password
from shared.domain.roles import Role
from shared.domain.token_format import hash_token
from shared.ids import new_token_text
from shared.store.members.read import find_member
from shared.store.sessions.login_failures import count_login_failures, note_login_failure
from shared.store.sessions.sessions import end_session, open_session
from shared.store.tokens.find import find_token
from shared.store.tokens.rows import TokenKind

WINDOW_SECONDS = 900.0
FAILURES_OF_ONE_ACCOUNT = 5
FAILURES_FROM_ONE_ADDRESS = 30
FORBIDDEN, TOO_MANY, UNAUTHORIZED, SEE_OTHER = 403, 429, 401, 303
WRONG_PASSWORD = "E-mail or password is wrong. Try again, or ask an owner of the workspace."  # noqa: S105
WRONG_TOKEN = "This admin token is unknown or was revoked."  # noqa: S105
TOO_OFTEN = "Too many failed attempts. Wait 15 minutes and try again."
FOREIGN = "This form did not come from this page. Open the page again and sign in here."


async def show(request: Request) -> Response:
    """Show the login page."""
    return _page(local_path(request.query_params.get("next")))


async def sign_in(request: Request) -> Response:
    """Open a session and lead to the page that was asked for; every failure reads the same, whoever it was."""
    form = await read_form_fields(request)
    next_path, by_token = local_path(form.get("next")), "token" in form
    if not is_same_origin(request):
        return _page(next_path, FORBIDDEN, FOREIGN)
    context = context_of(request)
    subjects = _subjects(request, form)
    if await _is_over_limit(context, subjects):
        return _page(next_path, TOO_MANY, TOO_OFTEN, by_token=by_token)
    cookie = new_token_text("")
    first_page = await (_by_token if by_token else _by_password)(context, form, cookie)
    if first_page is None:
        for subject, _ in subjects:
            await note_login_failure(context.database, subject, keep_seconds=WINDOW_SECONDS)
        problem = WRONG_TOKEN if by_token else WRONG_PASSWORD
        return _page(next_path, UNAUTHORIZED, problem, by_token=by_token, email=form.get("email", ""))
    response = RedirectResponse(first_page if next_path == "/" else next_path, SEE_OTHER)
    set_cookie(response, cookie)
    return response


async def sign_out(request: Request) -> Response:
    """End the session; nobody's data changes, so no token is asked for beyond the cookie and the origin."""
    cookie = cookie_of(request)
    if cookie is not None and is_same_origin(request):
        await end_session(context_of(request).database, cookie_hash(cookie))
    response = RedirectResponse("/login", SEE_OTHER)
    clear_cookie(response)
    return response


async def _by_token(context: AdminContext, form: dict[str, str], cookie: str) -> str | None:
    holder = await find_token(context.database, hash_token(form.get("token", "").strip()))
    if holder is None or holder.kind is not TokenKind.ADMIN:
        return None
    await open_session(context.database, cookie_hash=cookie_hash(cookie), token_id=holder.token_id)
    return "/"


async def _by_password(context: AdminContext, form: dict[str, str], cookie: str) -> str | None:
    member = await find_member(context.database, _email(form))
    is_right = await is_password(form.get("password", ""), member.password_hash if member else None)
    if member is None or not is_right:
        return None
    await open_session(context.database, cookie_hash=cookie_hash(cookie), member_id=member.member_id)
    return "/operator" if member.role is Role.OPERATOR else "/"


async def _is_over_limit(context: AdminContext, subjects: list[tuple[bytes, int]]) -> bool:
    for subject, most in subjects:
        if await count_login_failures(context.database, subject, within_seconds=WINDOW_SECONDS) >= most:
            return True
    return False


def _subjects(request: Request, form: dict[str, str]) -> list[tuple[bytes, int]]:
    """Return what failures are counted by: the address, and the account if one was named."""
    address = request.client.host if request.client else ""
    subjects = [(hashlib.sha256(f"address:{address}".encode()).digest(), FAILURES_FROM_ONE_ADDRESS)]
    if "token" not in form:
        subjects.append((account_subject(_email(form)), FAILURES_OF_ONE_ACCOUNT))
    return subjects


def account_subject(email: str) -> bytes:
    """Return what an account's failures are counted by."""
    return hashlib.sha256(f"account:{email}".encode()).digest()


def _email(form: dict[str, str]) -> str:
    return form.get("email", "").strip().lower()


def _page(
    next_path: str, status: int = 200, problem: str | None = None, *, by_token: bool = False, email: str = ""
) -> Response:
    return bare_page("login.html", status, next=next_path, problem=problem, by_token=by_token, email=email)


ROUTES = [
    Route("/login", show, methods=["GET"]),
    Route("/login", sign_in, methods=["POST"]),
    Route("/logout", sign_out, methods=["POST"]),
]
