"""Sign in, with an admin token or with e-mail and password, and sign out."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from services.dashboard.authenticate import address_of
from services.dashboard.body import read_form_fields
from services.dashboard.context import AdminContext, context_of
from services.dashboard.errors import invalid_fields
from services.dashboard.pages.render import bare_page
from services.dashboard.signing_in.attempts import WINDOW_SECONDS, is_too_often, subjects_of
from services.dashboard.signing_in.cookie import (
    WHOLE_LIFE_SECONDS,
    clear_cookie,
    cookie_hash,
    cookie_of,
    is_csrf_token,
    is_same_origin,
    local_path,
    set_cookie,
)
from services.dashboard.signing_in.passwords import is_password
from shared.domain.roles import Role
from shared.domain.token_format import ADMIN_PREFIX, hash_token
from shared.ids import new_token_text
from shared.store.members.read import find_member
from shared.store.sessions.login_failures import (
    count_login_attempt,
    forget_login_attempts,
    take_back_login_attempt,
)
from shared.store.sessions.sessions import end_session, open_session
from shared.store.tokens.find import find_token
from shared.store.tokens.rows import TokenKind

FORBIDDEN, TOO_MANY, UNAUTHORIZED, UNPROCESSABLE, SEE_OTHER = 403, 429, 401, 422, 303
WRONG_PASSWORD = "E-mail or password is wrong. Try again, or ask an owner of the workspace."  # noqa: S105 # nosec B105
WRONG_TOKEN = "This admin token is unknown or was revoked."  # noqa: S105 # nosec B105
FILL_IN = {
    "token": f"Paste an admin token; it begins with {ADMIN_PREFIX}.",
    "email": "Type your e-mail address.",
    "password": "Type your password.",  # nosec B105 - a sentence, no password
}
TOO_OFTEN = "Too many failed attempts. Wait 15 minutes and try again."
FOREIGN_SIGN_OUT = "This form did not come from a page of yours, or is too old. Open a page and sign out there."
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
    empty = _empty_fields(form)
    if empty:  # nothing was tried, so nothing is counted
        return _page(next_path, UNPROCESSABLE, by_token=by_token, email=form.get("email", ""), problems=empty)
    database = context_of(request).database
    subjects = subjects_of(address_of(request), None if by_token else _email(form))
    counted = await count_login_attempt(database, list(subjects), within_seconds=WINDOW_SECONDS)
    if is_too_often(counted, subjects):
        await take_back_login_attempt(database, list(subjects))
        return _page(next_path, TOO_MANY, TOO_OFTEN, by_token=by_token)
    cookie = new_token_text("")
    first_page = await (_by_token if by_token else _by_password)(context_of(request), form, cookie)
    if first_page is None:
        await forget_login_attempts(database, older_than_seconds=WINDOW_SECONDS)
        problem = WRONG_TOKEN if by_token else WRONG_PASSWORD
        return _page(next_path, UNAUTHORIZED, problem, by_token=by_token, email=form.get("email", ""))
    await take_back_login_attempt(database, list(subjects))
    return await _into_session(request, cookie, first_page if next_path == "/" else next_path)


async def _into_session(request: Request, cookie: str, path: str) -> Response:
    """Hand out the new session's cookie; the session that the browser had before ends with it."""
    earlier = cookie_of(request)
    if earlier is not None:
        await end_session(context_of(request).database, cookie_hash(earlier))
    response = RedirectResponse(path, SEE_OTHER)
    set_cookie(response, cookie)
    return response


async def sign_out(request: Request) -> Response:
    """End the session; a form of another origin or session ends none."""
    form, cookie = await read_form_fields(request), cookie_of(request)
    response = RedirectResponse("/login", SEE_OTHER)
    if cookie is None:  # a browser holds the cookie back from another site's form: taking it would sign out
        return response
    if not (is_same_origin(request) and is_csrf_token(form.get("csrf", ""), cookie)):
        return bare_page("problem_bare.html", FORBIDDEN, sentence=FOREIGN_SIGN_OUT)
    await end_session(context_of(request).database, cookie_hash(cookie))
    clear_cookie(response)
    return response


async def _by_token(context: AdminContext, form: dict[str, str], cookie: str) -> str | None:
    holder = await find_token(context.database, hash_token(_token(form)))
    if holder is None or holder.kind is not TokenKind.ADMIN:
        return None
    await open_session(
        context.database, cookie_hash=cookie_hash(cookie), keep_seconds=WHOLE_LIFE_SECONDS, token_id=holder.token_id
    )
    return "/"


async def _by_password(context: AdminContext, form: dict[str, str], cookie: str) -> str | None:
    member = await find_member(context.database, _email(form))
    is_right = await is_password(form.get("password", ""), member.password_hash if member else None)
    if member is None or not is_right:
        return None
    await open_session(
        context.database, cookie_hash=cookie_hash(cookie), keep_seconds=WHOLE_LIFE_SECONDS, member_id=member.member_id
    )
    return "/operator" if member.role is Role.OPERATOR else "/"


def _empty_fields(form: Mapping[str, str]) -> dict[str, str]:
    """Return a sentence for every field that has to be filled in and is not, by field; blanks can be a password."""
    by_password = {"email": _email(form), "password": form.get("password", "")}
    typed = {"token": _token(form)} if "token" in form else by_password
    return {name: FILL_IN[name] for name, text in typed.items() if not text}


def _token(form: Mapping[str, str]) -> str:
    return form.get("token", "").strip()


def _email(form: Mapping[str, str]) -> str:
    return form.get("email", "").strip().lower()


def _page(
    next_path: str,
    status: int = 200,
    problem: str | None = None,
    *,
    by_token: bool = False,
    email: str = "",
    problems: Mapping[str, str] = MappingProxyType({}),
) -> Response:
    """Return the page; `problem` is what is wrong with all that was typed, `problems` with single fields."""
    said = {"problem": problem, "by_token": by_token, "email": email}
    refusal = invalid_fields(problems) if problems else None
    return bare_page("login.html", status, next=next_path, refusal=refusal, **said)


ROUTES = [
    Route("/login", show, methods=["GET"]),
    Route("/login", sign_in, methods=["POST"]),
    Route("/logout", sign_out, methods=["POST"]),
]
